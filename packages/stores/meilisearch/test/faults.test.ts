import { Meilisearch } from 'meilisearch'
import { expect, it } from 'vitest'
import { answering, describeFaults } from '../../kit/test/faults.ts'
import { attempt, done } from '../src/faults.ts'
import provider from '../src/index.ts'

const clientOf = (host: string) => new Meilisearch({ host })
const said = (code: string) => ({ message: code, code, type: 'x', link: 'x' })
const unavailable = (hint: string) => ({ code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining(hint) })

describeFaults({
  provider,
  variable: 'TENFOLD_MEILISEARCH_URL',
  call: (url) => attempt(url, () => clientOf(url).getStats()),
  said,
  faults: [
    [401, 'missing_authorization_header', unavailable('TENFOLD_MEILISEARCH_KEY')],
    [403, 'invalid_api_key', unavailable('TENFOLD_MEILISEARCH_KEY')],
    [422, 'no_space_left_on_device', { code: 'STORE_FULL' }],
    [500, 'internal', unavailable('TENFOLD_MEILISEARCH_URL')],
    [400, 'invalid_search_filter', { cause: { code: 'invalid_search_filter' } }],
  ],
  well: [{ databaseSize: 1 }, { databaseSize: 1 }],
})

it.each([
  ['failed', said('no_space_left_on_device'), 'STORE_FULL'],
  ['failed', said('invalid_document_id'), 'DATA_UNREADABLE'],
  ['canceled', null, 'DATA_UNREADABLE'],
])('a task that %s: %j', async (status, error, code) => {
  const url = await answering(
    [202, { taskUid: 7, status: 'enqueued' }],
    [200, { uid: 7, status: 'processing' }],
    [200, { uid: 7, status, error }],
  )
  await expect(done(clientOf(url).index('i').deleteAllDocuments())).rejects.toMatchObject({ code })
})
