import type { Dialect } from './dialect.ts'
import { filterClauses } from './filter.ts'
import { costliest } from './profile.ts'
import { returned, type SearchSettings, wordQuery } from './queries.ts'
import type { searches } from './searches.ts'
import type { Send } from './wire.ts'

export interface PlansOptions {
  send: Send
  dialect: Dialect
  dims: number
  index: string
  search: ReturnType<typeof searches>
  settings: SearchSettings
}

/** How the server carries out each search, by its own profile. */
export async function plansOf({
  send,
  dialect,
  dims,
  index,
  search,
  settings,
}: PlansOptions): Promise<Record<string, string[]>> {
  const sample = (
    await send({
      method: 'POST',
      path: `/${index}/_search`,
      body: { size: 1, query: { term: { kind: 'chunk' } }, _source: ['vector', 'text', 'collection'] },
    })
  ).body.hits.hits[0]?._source
  const vector = sample ? Float32Array.from(sample.vector) : new Float32Array(dims).fill(Math.sqrt(1 / dims))
  const text = sample?.text.slice(0, 200) ?? 'a word'
  const filter = { collection: sample?.collection ?? '' }
  const exact = dialect.exact?.({ vector: Array.from(vector), filter: [] })
  const bodies: Record<string, object | undefined> = {
    vector: search.bodies.vector(vector, 10),
    vectorFiltered: search.bodies.vector(vector, 10, filter),
    words: { query: wordQuery(text, []) },
    wordsFiltered: { query: wordQuery(text, filterClauses(filter)) },
    exact,
  }
  const plans: Record<string, string[]> = {}
  for (const [name, body] of Object.entries(bodies)) {
    if (!body) {
      plans[name] = [
        'all vectors are fetched once and compared in this process: the server has no exact search without scripts',
      ]
      continue
    }
    const request = { size: 10, ...returned(settings), ...body, profile: true }
    plans[name] = costliest((await send({ method: 'POST', path: `/${index}/_search`, body: request })).body.profile)
  }
  return plans
}
