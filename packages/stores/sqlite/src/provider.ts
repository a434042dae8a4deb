import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { StoreOpenOptions, StoreProvider } from '@tenfold/contracts'
import { openStore } from './store.ts'
import type { SqliteStore, StoreOptions } from './types.ts'

/** The file of an index. */
export const storeFile = (workspace: string): string => path.join(workspace, 'rag.db')

/** The store in a file of the workspace. Throws ENGINE_UNAVAILABLE where a graph is wanted and its library is missing. */
export const provider = {
  name: 'sqlite',
  keys: [
    'db.mmapMib',
    'db.cacheKib',
    'db.analyze',
    'db.statementReuse',
    'db.collectionIndex',
    'db.ftsOrder',
    'db.ftsPostingsMib',
    'db.ftsMaxDocShare',
    'db.vectors',
    'db.rescore',
    'db.ef',
    'db.scanThreads',
  ],
  abilities: { metadataFilters: true, wholeReads: true },
  async open(options): Promise<SqliteStore> {
    mkdirSync(options.workspace, { recursive: true })
    const store = openStore(storeOptions(options))
    try {
      await store.updateGraph()
      return store
    } catch (error) {
      store.close()
      throw error
    }
  },
} as const satisfies StoreProvider

/** What a configuration asks for, in the words of `openStore`. */
export function storeOptions({ config, workspace, identity }: StoreOpenOptions): StoreOptions {
  const representation = config['db.vectors']
  const scan = { rescore: config['db.rescore'], threads: config['db.scanThreads'] }
  return {
    path: storeFile(workspace),
    identity,
    mmapMib: config['db.mmapMib'],
    cacheKib: config['db.cacheKib'],
    analyze: config['db.analyze'],
    statementReuse: config['db.statementReuse'],
    collectionIndex: config['db.collectionIndex'],
    ftsOrder: config['db.ftsOrder'],
    ftsPostingsMib: config['db.ftsPostingsMib'],
    ftsMaxDocShare: config['db.ftsMaxDocShare'],
    vectorScan:
      representation === 'graph' ? { ...scan, representation, ef: config['db.ef'] } : { ...scan, representation },
  }
}
