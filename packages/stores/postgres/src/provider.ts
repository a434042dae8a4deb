import { existsSync, realpathSync } from 'node:fs'
import path from 'node:path'
import { PipelineError, type Store, type StoreOpenOptions, type StoreProvider } from '@tenfold/contracts'
import { namespaceIn } from '@tenfold/store-kit'
import { openDatabase } from './database.ts'
import { serverUrl } from './limits.ts'
import { prepareRegistry, register, sweep } from './registry.ts'
import { checkIdentity, createTables, requirePgvector } from './schema.ts'
import { ensureParts, storeOver } from './store.ts'

/** Documents, chunks, vectors and words in PostgreSQL. */
export const provider: StoreProvider = {
  name: 'postgres',
  keys: [
    'db.pgVectors',
    'db.pgEfSearch',
    'db.pgIterativeScan',
    'db.pgRandomPageCost',
    'db.pgRank',
    'db.pgPoolMin',
    'db.pgPoolMax',
    'db.rescore',
    'db.ftsMaxDocShare',
    'db.statementReuse',
  ],
  abilities: { metadataFilters: true, wholeReads: true },
  open,
}

async function open({ config, workspace, index, identity, signal }: StoreOpenOptions): Promise<Store> {
  const namespace = namespaceIn(workspace, 'postgres')
  const database = await openDatabase({
    url: serverUrl(),
    poolMin: config['db.pgPoolMin'],
    poolMax: Math.max(config['db.pgPoolMax'], config['db.pgPoolMin']),
    prepare: config['db.statementReuse'],
    signal,
  })
  try {
    const pgvector = await requirePgvector(database)
    if (pgvector < 7) {
      const hint = 'ALTER EXTENSION vector UPDATE, after installing a newer one on the server'
      throw new PipelineError('ENGINE_UNAVAILABLE', `pgvector 0.${pgvector} has no halfvec`, hint)
    }
    await prepareRegistry(database)
    const folders = [namespace.folder, ...(index ? [whole(index)] : [])]
    if (namespace.isNew) {
      await database.transaction(async (query) => {
        await createTables(query, namespace.name, identity)
        await register(query, namespace, folders)
      })
      namespace.keep()
    } else {
      await checkIdentity(database, namespace, identity)
      await database.transaction((query) => register(query, namespace, folders))
    }
    await ensureParts(database, namespace.name, config, identity.dims)
    await sweep(database, namespace.machine)
    return storeOver({ database, config, identity, namespace, folders, pgvector })
  } catch (error) {
    await database.close()
    throw error
  }
}

/** With its links resolved, where it is there already. */
const whole = (folder: string) => (existsSync(folder) ? realpathSync(folder) : path.resolve(folder))
