import { QdrantClient } from '@qdrant/js-client-rest'
import { expect } from 'vitest'
import { describeFaults } from '../../kit/test/faults.ts'
import { attempt } from '../src/faults.ts'
import provider from '../src/index.ts'

const unavailable = (hint: string) => ({ code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining(hint) })

describeFaults({
  provider,
  variable: 'TENFOLD_QDRANT_URL',
  call(url) {
    const client = new QdrantClient({ url, checkCompatibility: false })
    return attempt(url, () => client.getCollections())
  },
  said: (error) => ({ status: { error } }),
  faults: [
    [401, 'Must provide an API key', unavailable('TENFOLD_QDRANT_API_KEY')],
    [500, 'Service internal error: No space left on device', { code: 'STORE_FULL' }],
    [500, 'Service internal error: panic', unavailable('TENFOLD_QDRANT_URL')],
    [400, 'Wrong input', { status: 400 }],
  ],
  well: [{ result: { collections: [] }, status: 'ok' }, { collections: [] }],
})
