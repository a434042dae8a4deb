import type { Clause } from './dialect.ts'
import type { Send } from './wire.ts'

export interface Found {
  _id: string
  _source: Record<string, unknown>
}

/** Rows in a page; of 384 numbers a row, about 2 MB. */
const pageRows = 500
const keepAlive = '2m'

/** Every row that matches, page by page, as they were when it began; the server forgets the search when the loop ends early too. */
export async function* scan(
  send: Send,
  index: string,
  search: { query: Clause; _source: unknown; sort?: unknown },
): AsyncGenerator<Found[]> {
  const body = { size: pageRows, sort: ['_doc'], ...search }
  let answer = await send({ method: 'POST', path: `/${index}/_search`, query: { scroll: keepAlive }, body })
  try {
    while (answer.body.hits.hits.length > 0) {
      yield answer.body.hits.hits
      const next = { scroll: keepAlive, scroll_id: answer.body._scroll_id }
      answer = await send({ method: 'POST', path: '/_search/scroll', body: next })
    }
  } finally {
    await send({
      method: 'DELETE',
      path: '/_search/scroll',
      body: { scroll_id: [answer.body._scroll_id] },
      allow: [404],
    })
  }
}

/** Rows by id in the order asked, as last written, without waiting for a refresh; undefined for those that are not there. */
export async function fetchRows(
  send: Send,
  index: string,
  ids: readonly string[],
  fields: string[],
): Promise<(Found['_source'] | undefined)[]> {
  if (ids.length === 0) return []
  const query = { _source_includes: fields.join() }
  const { body } = await send({ method: 'POST', path: `/${index}/_mget`, query, body: { ids } })
  return body.docs.map(({ found, _source }: { found?: boolean; _source?: Found['_source'] }) =>
    found ? _source : undefined,
  )
}
