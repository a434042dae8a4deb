import type { StoreProvider } from '@tenfold/contracts'
import { loadPeer } from '@tenfold/store-kit'
import pLimit from 'p-limit'
import { attempt } from './faults.ts'
import { openStore } from './store.ts'

const requestMs = 60_000

const provider: StoreProvider = {
  name: 'meilisearch',
  keys: ['db.meiliVectors', 'db.meiliFields', 'db.meiliPoolSize', 'db.rescore'],
  abilities: { metadataFilters: true, wholeReads: true },
  async open(options) {
    const { Meilisearch } = await loadPeer('meilisearch', () => import('meilisearch'))
    const { TENFOLD_MEILISEARCH_URL: host = 'http://127.0.0.1:7700', TENFOLD_MEILISEARCH_KEY: apiKey } = process.env
    const client = new Meilisearch({ host, timeout: requestMs, ...(apiKey ? { apiKey } : {}) })
    // connections are kept alive by fetch; no more are opened than calls are let through
    const turns = pLimit(options.config['db.meiliPoolSize'])
    return openStore(client, (call) => turns(() => attempt(host, call, options.signal)), options)
  },
}

export default provider
