import type { Filter, Hits } from '@tenfold/contracts'
import { checkVector } from '@tenfold/store-kit'
import type { IndexOptions } from '@tenfold/vector-search'
import { conditionsOf } from './filter.ts'
import type { Link } from './link.ts'
import { Mirror } from './mirror.ts'
import { fromBytes } from './rows.ts'
import { type Quantisation, vectorSet } from './vector-set.ts'

export interface NearOptions {
  dims: number
  /** Undefined: vectors are searched in this process. */
  set: { quantisation: Quantisation; ef: number } | undefined
  scan: IndexOptions
}

/** Up to so many matches of a filter are scored one by one: quicker than a graph that has to pass over all the others. */
const fewMatches = 1000
/** Something was written between two steps of a search; it is tried again so often. */
const tries = 5
const all = Number.MAX_SAFE_INTEGER

/** The searches by vector: in a vector set with candidates rescored by f32, or in this process. */
export function nearSearch(link: Link, prefix: string, { dims, set, scan }: NearOptions) {
  const graph = set && vectorSet(link, prefix, set)
  let mirror: Mirror | undefined

  const chunkCount = () => link.call<number>('ZCARD', `${prefix}chunks`)
  async function matching(filter: Filter, most: number) {
    const args = [JSON.stringify(conditionsOf(filter)), String(most)]
    const [version, count, ...ids] = await link.run<(string | number)[]>('filter', prefix, args)
    return { version: String(version), count: Number(count), ids: ids.map(Number) }
  }

  async function inProcess(query: Float32Array, k: number, filter: Filter, exact: boolean): Promise<Hits> {
    mirror ??= new Mirror(link, prefix, dims, scan)
    if (conditionsOf(filter).length === 0) {
      await mirror.bringUpToDate()
      return mirror.search(query, k, exact)
    }
    for (let left = tries; ; left--) {
      const { version, ids } = await matching(filter, all)
      await mirror.bringUpToDate()
      if (mirror.version === version || left === 1) return mirror.search(query, k, exact, ids)
    }
  }

  async function scored(query: Float32Array, k: number, ids: number[]): Promise<Hits | 'gone'> {
    const vectors = await link.bytes(ids.map((id) => ['HGET', `${prefix}x:${id}`, 'vector']))
    if (vectors.includes(null)) return 'gone'
    const hits = ids.map((id, i) => ({ id, score: dot(query, fromBytes(vectors[i]!)) }))
    return bestOf(hits, k)
  }

  async function inGraph(query: Float32Array, k: number, filter: Filter): Promise<Hits | 'gone' | 'short'> {
    const narrow = conditionsOf(filter).length > 0 ? await matching(filter, fewMatches) : undefined
    if (narrow && narrow.count <= fewMatches) return scored(query, k, narrow.ids)
    const isExact = set!.quantisation === 'NOQUANT'
    const found = await graph!.near(query, isExact ? k : Math.max(k, scan.rescore), filter)
    if (!found) return 'short'
    // a graph may not reach all it holds, least of all under a filter
    const least = Math.min(k, found.chunkIds.length < k ? (narrow?.count ?? (await chunkCount())) : k)
    if (found.chunkIds.length < least) return 'short'
    if (!isExact) return scored(query, k, found.chunkIds)
    return bestOf(
      found.chunkIds.map((id, i) => ({ id, score: found.cosines[i]! })),
      k,
    )
  }

  const check = (query: Float32Array) => checkVector(query, dims, 'a question')
  return {
    open: async () => graph?.open(),
    async search(query: Float32Array, k: number, filter: Filter): Promise<Hits> {
      check(query)
      if (k === 0) return { chunkIds: [], scores: [] }
      for (let left = graph ? tries : 0; left > 0; left--) {
        const hits = await inGraph(query, k, filter)
        if (hits === 'short') break
        if (hits !== 'gone') return hits
      }
      return inProcess(query, k, filter, graph !== undefined)
    },
    async exact(query: Float32Array, k: number, filter: Filter): Promise<Hits> {
      check(query)
      return inProcess(query, k, filter, true)
    },
    bytes: () => mirror?.bytes ?? 0,
    quantisation: async () => (await graph?.info())?.get('quant-type'),
    async plan(): Promise<string[]> {
      if (!graph) return [`scan in this process over ${scan.representation} (${mirror?.engine ?? 'not loaded yet'})`]
      const info = await graph.info()
      return [
        `VSIM with EF ${set!.ef} over ${info.get('size') ?? 0} elements, ${info.get('quant-type') ?? set!.quantisation}`,
      ]
    },
  }
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

/** Ties by the smaller id. */
function bestOf(hits: { id: number; score: number }[], k: number): Hits {
  const best = hits.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, k)
  return { chunkIds: best.map(({ id }) => id), scores: best.map(({ score }) => score) }
}
