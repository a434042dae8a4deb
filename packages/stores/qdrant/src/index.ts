import type { StoreProvider } from '@tenfold/contracts'
import { loadPeer } from '@tenfold/store-kit'
import { attempt } from './faults.ts'
import { openStore } from './store.ts'

const provider: StoreProvider = {
  name: 'qdrant',
  keys: [
    'db.qdrantQuantisation',
    'db.qdrantRescore',
    'db.qdrantOversampling',
    'db.qdrantEf',
    'db.qdrantExact',
    'db.qdrantPayloadIndex',
  ],
  abilities: { metadataFilters: true, wholeReads: false },
  async open(options) {
    const { QdrantClient } = await loadPeer('@qdrant/js-client-rest', () => import('@qdrant/js-client-rest'))
    const { TENFOLD_QDRANT_URL: url = 'http://127.0.0.1:6333', TENFOLD_QDRANT_API_KEY: apiKey } = process.env
    const client = new QdrantClient({ url, checkCompatibility: false, ...(apiKey ? { apiKey } : {}) })
    return openStore(client, (call) => attempt(url, call, options.signal), options)
  },
}

export default provider
