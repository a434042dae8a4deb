import type { Hits } from '@tenfold/contracts'
import { type FlatIndex, type IndexOptions, openFlatIndex } from '@tenfold/vector-search'

/** A vector as stored: its f32 numbers, little-endian. */
export const toBlob = (vector: Float32Array): Buffer => Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength)

export function fromBlob(blob: Buffer): Float32Array {
  const vector = new Float32Array(blob.length / 4)
  new Uint8Array(vector.buffer).set(blob)
  return vector
}

/** The vector index over the stored vectors, and which row holds which chunk. */
export class VectorRows {
  readonly #index: FlatIndex
  readonly #chunkOfRow: (number | undefined)[]
  readonly #rowOfChunk: Map<number, number>

  constructor(options: IndexOptions, dims: number, stored: { id: number; data: Buffer }[]) {
    const all = new Float32Array(stored.length * dims)
    for (const [row, { data }] of stored.entries()) all.set(fromBlob(data), row * dims)
    this.#index = openFlatIndex(options, all, dims)
    this.#chunkOfRow = stored.map(({ id }) => id)
    this.#rowOfChunk = new Map(stored.map(({ id }, row) => [id, row]))
  }

  get bytes(): number {
    return this.#index.bytes
  }

  get threads(): number {
    return this.#index.threads
  }

  close(): void {
    this.#index.close()
  }

  row(chunkId: number): number | undefined {
    return this.#rowOfChunk.get(chunkId)
  }

  chunk(row: number): number | undefined {
    return this.#chunkOfRow[row]
  }

  add(chunkId: number, vector: Float32Array): void {
    const row = this.#index.add(vector)
    this.#chunkOfRow[row] = chunkId
    this.#rowOfChunk.set(chunkId, row)
  }

  remove(chunkId: number): void {
    const row = this.#rowOfChunk.get(chunkId)
    if (row === undefined) return
    this.#index.remove(row)
    this.#chunkOfRow[row] = undefined
    this.#rowOfChunk.delete(chunkId)
  }

  search(query: Float32Array, k: number, onlyChunks: number[] | undefined): Hits {
    const filter = onlyChunks && Uint32Array.from(onlyChunks.flatMap((id) => this.#rowOfChunk.get(id) ?? []))
    const { rows, scores } = this.#index.search(query, k, filter)
    return { chunkIds: Array.from(rows, (row) => this.#chunkOfRow[row]!), scores: Array.from(scores) }
  }
}
