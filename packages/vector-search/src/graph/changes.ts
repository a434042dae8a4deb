import { openFlatIndex } from '../flat-index.ts'
import type { FlatIndex, Neighbours } from '../types.ts'

/**
 * What happened to rows since the graph was built: new vectors, searched exactly, and rows that are gone. The latest change of a row
 * counts, and hides what the graph knows of it.
 */
export class Changes {
  /** The number of the latest change. */
  last: number
  readonly #latest = new Map<number, { change: number; at: number | undefined }>()
  readonly #dims: number
  /** Opened with the first new vector: most graphs are read for long before there is one. */
  #vectors: FlatIndex | undefined
  /** Row of each vector. */
  readonly #rows: number[] = []

  constructor(dims: number, last: number) {
    this.last = last
    this.#dims = dims
  }

  /** Rows with a new vector. */
  get added(): number {
    return this.#vectors?.size ?? 0
  }

  rows(): Iterable<number> {
    return this.#latest.keys()
  }

  has(row: number): boolean {
    return this.#latest.get(row)?.at !== undefined
  }

  add(row: number, vector: Float32Array, change = this.last + 1): void {
    this.#vectors ??= openFlatIndex({ representation: 'f32', rescore: 1 }, new Float32Array(0), this.#dims)
    const at = this.#vectors.add(vector)
    this.#rows[at] = row
    this.#note(row, at, change)
  }

  remove(row: number, change = this.last + 1): void {
    this.#note(row, undefined, change)
  }

  /** Drops the changes that a graph knows of. */
  forget(through: number): void {
    for (const [row, { change, at }] of this.#latest) {
      if (change > through) continue
      this.#latest.delete(row)
      if (at !== undefined) this.#vectors?.remove(at)
    }
  }

  /** Exact, over the new vectors. Equal scores in the order of adding. */
  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    if (!this.#vectors) return { rows: new Uint32Array(0), scores: new Float32Array(0) }
    const wanted = rows && [...rows].map((row) => this.#latest.get(row)?.at).filter((at) => at !== undefined)
    const { rows: found, scores } = this.#vectors.search(query, k, wanted && Uint32Array.from(wanted))
    return { rows: found.map((at) => this.#rows[at]!), scores }
  }

  #note(row: number, at: number | undefined, change: number): void {
    const before = this.#latest.get(row)?.at
    if (before !== undefined) this.#vectors?.remove(before)
    this.#latest.set(row, { change, at })
    this.last = Math.max(this.last, change)
  }
}
