import type { Hits } from '@tenfold/contracts'
import { type FlatIndex, type IndexOptions, openFlatIndex } from '@tenfold/vector-search'
import type { Link } from './link.ts'
import { fromBytes } from './rows.ts'

/** Vectors of one request. */
const page = 500

type Changes = [version: Buffer, removed: Buffer, rows: Buffer[], all: Buffer[] | null]

/** All vectors of an index in this process, brought up to date before each search. */
export class Mirror {
  readonly #link: Link
  readonly #prefix: string
  readonly #index: FlatIndex
  readonly #chunkOfRow: number[] = []
  readonly #rowOfChunk = new Map<number, number>()
  /** As the server counts them; what is gone, and what came last. */
  #seen = { version: '0', removed: '0', last: 0 }
  #running: Promise<void> | undefined
  #next: Promise<void> | undefined

  constructor(link: Link, prefix: string, dims: number, options: IndexOptions) {
    this.#link = link
    this.#prefix = prefix
    this.#index = openFlatIndex(options, new Float32Array(0), dims)
  }

  get bytes(): number {
    return this.#index.bytes
  }

  get engine(): string {
    return this.#index.engine
  }

  /** As of the last `bringUpToDate`. */
  get version(): string {
    return this.#seen.version
  }

  /** The best of all, or of `only`; `exact`: by f32 alone. */
  search(query: Float32Array, k: number, exact: boolean, only?: number[]): Hits {
    const filter = only && Uint32Array.from(only.flatMap((id) => this.#rowOfChunk.get(id) ?? []))
    const { rescore } = this.#index
    if (exact) this.#index.rescore = this.#index.size
    const { rows, scores } = this.#index.search(query, k, filter)
    this.#index.rescore = rescore
    return { chunkIds: Array.from(rows, (row) => this.#chunkOfRow[row]!), scores: Array.from(scores) }
  }

  /** Begins after this call, so that all written before it is there; calls that wait share one. */
  bringUpToDate(): Promise<void> {
    this.#next ??= Promise.allSettled([this.#running]).then(() => {
      this.#running = this.#follow()
      this.#next = undefined
      return this.#running
    })
    return this.#next
  }

  async #follow(): Promise<void> {
    const [version] = await this.#link.call<(string | null)[]>('HMGET', `${this.#prefix}meta`, 'version')
    if ((version ?? '0') === this.#seen.version) return
    if (Number(version ?? 0) < Number(this.#seen.version)) this.#startAnew()
    // most of a first load comes page by page, and nothing of it is searched yet
    const early = new Map<number, Float32Array>()
    let last = this.#seen.last
    for (let full = true; full; ) {
      const range = ['ZRANGEBYSCORE', `${this.#prefix}chunks`, `(${last}`, '+inf', 'LIMIT', '0', String(page)]
      const ids = await this.#link.call<string[]>(...range)
      full = ids.length === page
      if (!full) break
      const vectors = await this.#link.bytes(ids.map((id) => ['HGET', `${this.#prefix}x:${id}`, 'vector']))
      for (const [i, id] of ids.entries()) if (vectors[i]) early.set(Number(id), fromBytes(vectors[i]))
      last = Number(ids.at(-1))
    }
    // the rest and what has gone, as they are at one moment
    const known = [String(last), this.#seen.removed]
    const [now, removed, rows, all] = await this.#link.run<Changes>('changes', this.#prefix, known, 'bytes')
    if (all) {
      const live = new Set(all.map(Number))
      for (const id of [...this.#rowOfChunk.keys()]) if (!live.has(id)) this.#remove(id)
      for (const id of [...early.keys()]) if (!live.has(id)) early.delete(id)
    }
    for (const [id, vector] of early) this.#add(id, vector)
    for (let i = 0; i < rows.length; i += 2) {
      last = Number(rows[i])
      this.#add(last, fromBytes(rows[i + 1]!))
    }
    this.#seen = { version: String(now), removed: String(removed), last }
  }

  /** The server has lost what it had, and counts from the start again. */
  #startAnew(): void {
    for (const id of [...this.#rowOfChunk.keys()]) this.#remove(id)
    this.#seen = { version: '0', removed: '0', last: 0 }
  }

  #add(id: number, vector: Float32Array): void {
    const row = this.#index.add(vector)
    this.#chunkOfRow[row] = id
    this.#rowOfChunk.set(id, row)
  }

  #remove(id: number): void {
    this.#index.remove(this.#rowOfChunk.get(id)!)
    this.#rowOfChunk.delete(id)
  }
}
