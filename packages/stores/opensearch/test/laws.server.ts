import { describeLaws } from '../../search-engine/test/laws.ts'
import provider from '../src/index.ts'

describeLaws('opensearch', provider, 'TENFOLD_OPENSEARCH_URL')
