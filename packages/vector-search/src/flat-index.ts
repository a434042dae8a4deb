import { PipelineError } from '@tenfold/contracts'
import { dotF32, dotInt8 } from './dot.ts'
import { calibrate, encode } from './quantise.ts'
import { TopK } from './top-k.ts'
import type { FlatIndex, IndexOptions, Neighbours } from './types.ts'

/** Exact search over `vectors` (row-major, `dims` numbers a row, normalised by the caller if cosine is wanted). */
export function openFlatIndex(options: IndexOptions, vectors: Float32Array, dims: number): FlatIndex {
  if (!Number.isInteger(dims) || dims < 1 || vectors.length % dims !== 0) {
    throw malformed(`${vectors.length} numbers are not rows of ${dims}`)
  }
  if (!vectors.every(Number.isFinite)) throw malformed('a stored vector has a number that is not finite')
  return new Flat(options, vectors.slice(), dims)
}

class Flat implements FlatIndex {
  readonly dims: number
  readonly #rescore: number
  #vectors: Float32Array
  #codes: Int8Array | undefined
  #scale = 1
  /** 1 where a row holds a vector. */
  #live: Uint8Array
  #free: number[] = []
  /** Row numbers handed out so far; rows from here on are spare room. */
  #end: number

  constructor(options: IndexOptions, vectors: Float32Array, dims: number) {
    this.dims = dims
    this.#rescore = options.rescore
    this.#vectors = vectors
    this.#end = vectors.length / dims
    this.#live = new Uint8Array(this.#end).fill(1)
    if (options.representation === 'int8') this.#quantise()
  }

  get size(): number {
    return this.#end - this.#free.length
  }

  get bytes(): number {
    return this.#vectors.byteLength + (this.#codes?.byteLength ?? 0)
  }

  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    this.#check(query)
    if (!Number.isInteger(k) || k < 0) throw malformed(`k is ${k}, not a whole number from 0`)
    const wanted = rows && this.#known(rows)
    if (!this.#codes) return this.#scanF32(query, k, wanted)
    const candidates = Math.max(k, this.#rescore)
    if ((wanted?.length ?? this.size) <= candidates) return this.#scanF32(query, k, wanted)
    return this.#scanF32(query, k, this.#scanInt8(query, candidates, this.#codes, wanted))
  }

  add(vector: Float32Array): number {
    this.#check(vector)
    const row = this.#free.pop() ?? this.#end++
    if (row >= this.#live.length) this.#grow()
    this.#vectors.set(vector, row * this.dims)
    this.#live[row] = 1
    if (this.#codes) encode(vector, this.#scale, this.#codes, row * this.dims)
    // Codes of the first rows were scaled to nothing; calibrate again each time the index has doubled.
    if (this.#codes && (this.#end & (this.#end - 1)) === 0) this.#quantise()
    return row
  }

  remove(row: number): void {
    if (this.#live[row] !== 1) throw malformed(`row ${row} has no vector`)
    this.#live[row] = 0
    this.#vectors.fill(0, row * this.dims, (row + 1) * this.dims)
    this.#free.push(row)
    this.#free.sort((a, b) => b - a)
  }

  #scanF32(query: Float32Array, k: number, rows: Uint32Array | undefined): Neighbours {
    const { dims } = this
    const vectors = this.#vectors
    const live = this.#live
    const best = new TopK(Math.min(k, rows?.length ?? this.size))
    const count = rows?.length ?? this.#end
    let floor = best.floor
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i
      if (live[row] !== 1) continue
      const score = dotF32(query, vectors, row * dims, dims)
      if (score < floor) continue
      best.offer(row, score)
      floor = best.floor
    }
    return best.sorted()
  }

  #scanInt8(query: Float32Array, k: number, codes: Int8Array, rows: Uint32Array | undefined): Uint32Array {
    const { dims } = this
    const live = this.#live
    const own = new Int8Array(dims)
    // A positive factor does not change the order, so the query has its own scale.
    encode(query, query.reduce((max, x) => Math.max(max, Math.abs(x)), 0) || 1, own, 0)
    const best = new TopK(k)
    const count = rows?.length ?? this.#end
    let floor = best.floor
    for (let i = 0; i < count; i++) {
      const row = rows ? rows[i]! : i
      if (live[row] !== 1) continue
      const score = dotInt8(own, codes, row * dims, dims)
      if (score < floor) continue
      best.offer(row, score)
      floor = best.floor
    }
    return best.sorted().rows
  }

  /** Rows of a filter that hold a vector, each once. */
  #known(rows: Uint32Array): Uint32Array {
    const seen = new Uint8Array(this.#end)
    return rows.filter((row) => this.#live[row] === 1 && seen[row] === 0 && (seen[row] = 1))
  }

  #quantise(): void {
    const used = this.#vectors.subarray(0, this.#end * this.dims)
    this.#scale = calibrate(used)
    this.#codes = new Int8Array(this.#vectors.length)
    encode(used, this.#scale, this.#codes, 0)
  }

  #grow(): void {
    const capacity = Math.max(16, this.#live.length * 2)
    const move = <Kind extends Float32Array | Int8Array | Uint8Array>(to: Kind, from: Kind): Kind => {
      to.set(from)
      return to
    }
    this.#live = move(new Uint8Array(capacity), this.#live)
    this.#vectors = move(new Float32Array(capacity * this.dims), this.#vectors)
    if (this.#codes) this.#codes = move(new Int8Array(capacity * this.dims), this.#codes)
  }

  #check(vector: Float32Array): void {
    if (vector.length !== this.dims) throw malformed(`a vector has ${vector.length} numbers, the index ${this.dims}`)
    if (!vector.every(Number.isFinite)) throw malformed('a vector has a number that is not finite')
  }
}

function malformed(message: string): PipelineError {
  return new PipelineError('DATA_UNREADABLE', message, 'embed the text again with the model of the index')
}
