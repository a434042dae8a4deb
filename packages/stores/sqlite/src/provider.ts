import { mkdirSync } from 'node:fs'
import path from 'node:path'
import type { StoreProvider } from '@tenfold/contracts'
import { openStore } from './store.ts'
import type { SqliteStore } from './types.ts'

/** The file of an index. */
export const storeFile = (workspace: string): string => path.join(workspace, 'rag.db')

/** The store in a file of the workspace. Opens at once. */
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
    'db.scanThreads',
  ],
  abilities: { metadataFilters: true, wholeReads: true },
  open({ config, workspace, identity }): SqliteStore {
    mkdirSync(workspace, { recursive: true })
    return openStore({
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
      vectorScan: {
        representation: config['db.vectors'],
        rescore: config['db.rescore'],
        threads: config['db.scanThreads'],
      },
    })
  },
} as const satisfies StoreProvider
