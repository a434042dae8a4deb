import type { Hits } from '@tenfold/contracts'
import { type FlatIndex, openFlatIndex } from '@tenfold/vector-search'
import type { Index } from 'meilisearch'
import { rowsIn } from './place.ts'
import { chunkIdFrom, fromBase64, type Row } from './rows.ts'

/** The truth: all f32 vectors in this process, loaded anew when the index has changed. */
export class ExactVectors {
  #updatedAt = ''
  #index: FlatIndex | undefined
  #chunkIds: number[] = []

  get bytes(): number {
    return this.#index?.bytes ?? 0
  }

  /** `filter` leaves everything where it is undefined. */
  async search(
    index: Index<Row>,
    dims: number,
    query: Float32Array,
    k: number,
    filter: string | undefined,
  ): Promise<Hits> {
    const { updatedAt } = await index.getRawInfo()
    if (!this.#index || String(updatedAt) !== this.#updatedAt) await this.#load(index, dims)
    this.#updatedAt = String(updatedAt)
    const only = filter === undefined ? undefined : await this.#rowsOf(index, filter)
    const { rows, scores } = this.#index!.search(query, k, only)
    return { chunkIds: Array.from(rows, (row) => this.#chunkIds[row]!), scores: Array.from(scores) }
  }

  async #load(index: Index<Row>, dims: number): Promise<void> {
    const loaded = openFlatIndex({ representation: 'f32', rescore: 0 }, new Float32Array(0), dims)
    const chunkIds: number[] = []
    for await (const page of rowsIn(index, { filter: 'live = true', fields: ['id', 'f32'] }))
      for (const { id, f32 } of page) chunkIds[loaded.add(fromBase64(f32!))] = chunkIdFrom(id)
    this.#index = loaded
    this.#chunkIds = chunkIds
  }

  async #rowsOf(index: Index<Row>, filter: string): Promise<Uint32Array> {
    const rowOf = new Map(this.#chunkIds.map((id, row) => [id, row]))
    const rows: number[] = []
    for await (const page of rowsIn(index, { filter, fields: ['id'] }))
      for (const { id } of page) rows.push(...[rowOf.get(chunkIdFrom(id)) ?? []].flat())
    return Uint32Array.from(rows)
  }
}
