import type { Filter, Hits } from '@tenfold/contracts'
import { bruteForce, fetchVectors } from './brute-force.ts'
import { type Dialect, dotOf } from './dialect.ts'
import { filterClauses } from './filter.ts'
import { allChunks, mostHits, returned, type SearchSettings, wordQuery } from './queries.ts'
import { numbersOf } from './rows.ts'
import { scan } from './scan.ts'
import type { Send } from './wire.ts'

interface Hit {
  _id?: string
  _score: number
  fields?: { chunkId: [number] }
}

const noHits = (): Hits => ({ chunkIds: [], scores: [] })

export interface SearchesOptions {
  send: Send
  dialect: Dialect
  dims: number
  index(): string
  settings: SearchSettings
}

/** The three searches of a store. Of more than 10,000 hits the best 10,000 come. */
export function searches({ send, dialect, dims, index, settings }: SearchesOptions) {
  const query = { request_cache: settings.requestCache }
  const requestOf = (body: object, size: number) => ({ size, ...returned(settings), ...body })
  const answerTo = async (body: object): Promise<Hit[]> =>
    (await send({ method: 'POST', path: `/${index()}/_search`, query, body })).body.hits.hits
  const ask = (body: object, size: number) => answerTo(requestOf(body, size))
  /** Several searches in one round trip. One that is refused is asked again alone, with all that `send` does about it. */
  const askTogether = async (bodies: readonly object[]): Promise<Hit[][]> => {
    const header = { index: index(), ...query }
    const lines = bodies.flatMap((body) => [header, body])
    const { responses } = (await send({ method: 'POST', path: '/_msearch', lines })).body
    return Promise.all(bodies.map((body, i) => responses[i].hits?.hits ?? answerTo(body)))
  }
  const count = async (filter: Filter | undefined): Promise<number> => {
    const body = { query: allChunks(filterClauses(filter)) }
    return (await send({ method: 'POST', path: `/${index()}/_count`, body })).body.count
  }
  const local = bruteForce(() => fetchVectors(send, index(), dims, allChunks([])), dims)
  const matching = async (filter: Filter): Promise<number[]> => {
    const ids: number[] = []
    for await (const page of scan(send, index(), { query: allChunks(filterClauses(filter)), _source: false })) {
      for (const { _id } of page) ids.push(Number(_id))
    }
    return ids
  }
  const exact = async (vector: Float32Array, k: number, filter?: Filter): Promise<Hits> => {
    const clauses = filterClauses(filter)
    const body = dialect.exact?.({ vector: numbersOf(vector), filter: clauses })
    if (body) return hitsOf(await ask(body, Math.min(k, mostHits)), dotOf)
    return local.search(vector, k, clauses.length === 0 ? undefined : await matching(filter!))
  }

  const vectorBody = (vector: Float32Array, k: number, filter?: Filter) =>
    dialect.nearest({
      vector: numbersOf(vector),
      k,
      candidates: settings.candidates === 0 ? undefined : Math.max(settings.candidates, k),
      filter: filterClauses(filter),
    })
  /** A graph with removed or filtered vectors may not lead to all that match. */
  const completed = async (hits: Hit[], vector: Float32Array, size: number, filter?: Filter): Promise<Hits> => {
    const found = hitsOf(hits, dotOf)
    if (found.chunkIds.length === size || found.chunkIds.length >= (await count(filter))) return found
    return exact(vector, size, filter)
  }
  const nearest = async (vector: Float32Array, k: number, filter?: Filter): Promise<Hits> => {
    const size = Math.min(k, mostHits)
    if (size === 0) return noHits()
    return completed(await ask(vectorBody(vector, size, filter), size), vector, size, filter)
  }

  return {
    count,
    exact,
    nearest,
    bodies: { vector: vectorBody },
    async words(text: string, limit: number, filter?: Filter): Promise<Hits> {
      const query = wordQuery(text, filterClauses(filter))
      return query && limit > 0 ? hitsOf(await ask({ query }, Math.min(limit, mostHits))) : noHits()
    },
    async both(vector: Float32Array, text: string, k: number, filter?: Filter): Promise<{ near: Hits; worded: Hits }> {
      const size = Math.min(k, mostHits)
      const words = wordQuery(text, filterClauses(filter))
      if (!words || size === 0) return { near: await nearest(vector, k, filter), worded: noHits() }
      const bodies = [vectorBody(vector, size, filter), { query: words }].map((body) => requestOf(body, size))
      const [near, worded] = await askTogether(bodies)
      return { near: await completed(near!, vector, size, filter), worded: hitsOf(worded!) }
    },
    /** Bytes of vectors fetched for exact searches. */
    bytes: local.bytes,
    forget: local.forget,
  }
}

const hitsOf = (hits: Hit[], scoreOf = (score: number) => score): Hits => ({
  chunkIds: hits.map(({ _id, fields }) => fields?.chunkId[0] ?? Number(_id)),
  scores: hits.map(({ _score }) => scoreOf(_score)),
})
