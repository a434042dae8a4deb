import { dotF32 } from '../kernels/dot.ts'
import type { Neighbours } from '../types.ts'
import type { RowReader } from './rows.ts'

/** The k best of these rows, all of which have a vector, by their f32 dot products. */
export type Exact = (query: Float32Array, k: number, rows: Uint32Array) => Neighbours

/** Rows read at once. */
const batch = 1024

/** The k of these rows with the largest dot product, ties by the smaller row: the order of every search of this package. */
export function exactOf(rows: Uint32Array, read: RowReader, query: Float32Array, k: number): Neighbours {
  const scores = new Float32Array(rows.length)
  for (let at = 0; at < rows.length; at += batch) {
    const part = rows.subarray(at, at + batch)
    const vectors = read(part)
    for (let i = 0; i < part.length; i++) scores[at + i] = dotF32(query, vectors, i * query.length, query.length)
  }
  return topOf(rows, scores, k)
}

/** The k best of several results over different rows. */
export function merged(parts: readonly Neighbours[], k: number): Neighbours {
  const rows = Uint32Array.from(parts.flatMap((part) => [...part.rows]))
  return topOf(rows, Float32Array.from(parts.flatMap((part) => [...part.scores])), k)
}

function topOf(rows: Uint32Array, scores: Float32Array, k: number): Neighbours {
  const order = Uint32Array.from(rows.keys()).sort((a, b) => scores[b]! - scores[a]! || rows[a]! - rows[b]!)
  const best = order.subarray(0, k)
  return { rows: Uint32Array.from(best, (i) => rows[i]!), scores: Float32Array.from(best, (i) => scores[i]!) }
}
