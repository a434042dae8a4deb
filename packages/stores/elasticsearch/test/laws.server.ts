import { describeLaws } from '../../search-engine/test/laws.ts'
import provider from '../src/index.ts'

describeLaws('elasticsearch', provider, 'TENFOLD_ELASTICSEARCH_URL')
