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
  const ask = async (body: object, size: number, extra: object = {}): Promise<Hit[]> => {
    const request = { size, ...returned(settings), ...body, ...extra }
    return (await send({ method: 'POST', path: `/${index()}/_search`, query, body: request })).body.hits.hits
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

  return {
    count,
    exact,
    bodies: {
      vector: (vector: Float32Array, k: number, filter?: Filter) =>
        dialect.nearest({
          vector: numbersOf(vector),
          k,
          candidates: settings.candidates === 0 ? undefined : Math.max(settings.candidates, k),
          filter: filterClauses(filter),
        }),
    },
    async nearest(vector: Float32Array, k: number, filter?: Filter): Promise<Hits> {
      const size = Math.min(k, mostHits)
      if (size === 0) return noHits()
      const found = hitsOf(await ask(this.bodies.vector(vector, size, filter), size), dotOf)
      // a graph with removed or filtered vectors may not lead to all that match
      if (found.chunkIds.length === size || found.chunkIds.length >= (await count(filter))) return found
      return exact(vector, size, filter)
    },
    async words(text: string, limit: number, filter?: Filter): Promise<Hits> {
      const query = wordQuery(text, filterClauses(filter))
      return query && limit > 0 ? hitsOf(await ask({ query }, Math.min(limit, mostHits))) : noHits()
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
