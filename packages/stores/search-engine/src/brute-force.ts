import type { Hits } from '@tenfold/contracts'
import { type FlatIndex, openFlatIndex } from '@tenfold/vector-search'
import type { Clause } from './dialect.ts'
import { scan } from './scan.ts'
import type { Send } from './wire.ts'

/** Stored vectors that match, by ascending chunk id. */
export async function fetchVectors(
  send: Send,
  index: string,
  dims: number,
  query: Clause,
): Promise<{ chunkIds: number[]; vectors: Float32Array }> {
  const chunkIds: number[] = []
  const parts: Float32Array[] = []
  const search = { query, _source: ['vector'], sort: [{ chunkId: 'asc' }] }
  for await (const page of scan(send, index, search)) {
    const part = new Float32Array(page.length * dims)
    for (const [i, { _id, _source }] of page.entries()) {
      chunkIds.push(Number(_id))
      part.set(_source.vector as number[], i * dims)
    }
    parts.push(part)
  }
  const vectors = new Float32Array(chunkIds.length * dims)
  let at = 0
  for (const part of parts) {
    vectors.set(part, at)
    at += part.length
  }
  return { chunkIds, vectors }
}

interface Loaded {
  chunkIds: number[]
  vectors: Float32Array
  rowOf: Map<number, number>
  index: FlatIndex | undefined
}

/** Exact search for a server that has none: all vectors are fetched once and compared in this process, until `forget`. */
export function bruteForce(load: () => Promise<{ chunkIds: number[]; vectors: Float32Array }>, dims: number) {
  let loaded: Promise<Loaded> | undefined
  let bytes = 0
  const open = async (): Promise<Loaded> => {
    const { chunkIds, vectors } = await load()
    bytes = vectors.byteLength
    const index =
      chunkIds.length === 0 ? undefined : openFlatIndex({ representation: 'f32', rescore: 1 }, vectors, dims)
    return { chunkIds, vectors, rowOf: new Map(chunkIds.map((id, row) => [id, row])), index }
  }
  return {
    async search(query: Float32Array, k: number, only: readonly number[] | undefined): Promise<Hits> {
      loaded ??= open()
      const { chunkIds, vectors, rowOf, index } = await loaded
      if (!index) return { chunkIds: [], scores: [] }
      const rows = only && Uint32Array.from(only.flatMap((id) => rowOf.get(id) ?? []))
      // the scan adds up in f32, which may swap two that are nearly equal
      const found = Array.from(index.search(query, k, rows).rows, (row) => ({
        chunkId: chunkIds[row]!,
        score: vectors.subarray(row * dims, (row + 1) * dims).reduce((sum, value, i) => sum + value * query[i]!, 0),
      })).sort((a, b) => b.score - a.score)
      return { chunkIds: found.map(({ chunkId }) => chunkId), scores: found.map(({ score }) => score) }
    },
    bytes: () => bytes,
    forget() {
      loaded = undefined
      bytes = 0
    },
  }
}
