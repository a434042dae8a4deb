import type { StoreProvider } from '@tenfold/contracts'
import { openSearchStore, searchKeys } from '@tenfold/search-engine'
import { connect, defaultTimeoutMs } from './connect.ts'
import { dialect } from './dialect.ts'

const wayOut = 'start OpenSearch with its k-NN plugin, or name it: TENFOLD_OPENSEARCH_URL=http://127.0.0.1:9200'

/** The address stands in TENFOLD_OPENSEARCH_URL; several nodes by commas. */
const opensearch: StoreProvider = {
  name: dialect.name,
  keys: searchKeys,
  abilities: { metadataFilters: true, wholeReads: false },
  async open(options) {
    const wire = await connect(process.env.TENFOLD_OPENSEARCH_URL || 'http://127.0.0.1:9200', defaultTimeoutMs)
    return openSearchStore({ ...options, dialect, wire, wayOut })
  },
}
export default opensearch
export { connect } from './connect.ts'
export { dialect } from './dialect.ts'
