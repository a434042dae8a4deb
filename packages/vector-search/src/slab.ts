import { PipelineError } from '@tenfold/contracts'
import { adviseHugePages } from '@tenfold/measure'
import type { Engine } from './kernels/engine.ts'
import { type Kernels, type LinearMemory, lanesPerStep, maxPages, pageBytes, rowsPerBlock } from './kernels/kernel.ts'

/** Rows a kernel looks at in one call: enough that calls cost nothing, few enough that the floor stays up to date. */
export const rowsPerCall = 4096

/** Below this the caches of the processor hold the translated addresses of all of it. */
const hugeFromBytes = 8 * 2 ** 20

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step

/**
 * Linear memory of one index: what a call needs (query, row numbers, hits), then the f32 rows, then the codes. Both grow with
 * the capacity; f32 rows stay where they are and codes move up. Pages that were never written take no memory.
 */
export class Slab {
  readonly engine: Engine['name']
  readonly kernels: Kernels
  /** Numbers of a row, padded with zeros. */
  readonly stride: number
  readonly codeBytes: number
  readonly queryAt = 64
  readonly codedQueryAt: number
  readonly numbersAt: number
  readonly hitsAt: number
  readonly vectorsAt: number
  capacity = 0
  hugePages = false
  /** Views of the memory; made anew when it grows. */
  bytes!: Uint8Array
  floats!: Float32Array
  words!: Uint32Array
  readonly #memory: LinearMemory

  /** `codeBytes`: bytes of codes for each row. */
  constructor(engine: Engine, dims: number, codeBytes: (stride: number) => number) {
    ;({ name: this.engine, memory: this.#memory, kernels: this.kernels } = engine.open())
    this.stride = roundUp(dims, lanesPerStep)
    this.codeBytes = codeBytes(this.stride)
    this.codedQueryAt = this.queryAt + 4 * this.stride
    this.numbersAt = this.codedQueryAt + 4 * this.stride
    this.hitsAt = this.numbersAt + 4 * rowsPerCall
    this.vectorsAt = this.hitsAt + 8 * rowsPerCall
    this.reserve(rowsPerBlock)
  }

  get rowBytes(): number {
    return 4 * this.stride
  }

  get codesAt(): number {
    return this.vectorsAt + this.capacity * this.rowBytes
  }

  /** Makes room for `rows` rows; more than asked, as far as addresses reach, when it was full before. Throws STORE_FULL. */
  reserve(rows: number): void {
    if (rows <= this.capacity) return
    const perRow = this.rowBytes + this.codeBytes
    const most = Math.floor((maxPages * pageBytes - this.vectorsAt) / perRow / rowsPerBlock) * rowsPerBlock
    const capacity = Math.min(most, roundUp(Math.max(rows, 2 * this.capacity), rowsPerBlock))
    if (rows > most) throw full(rows, `one index addresses 4 GiB, ${most} rows of ${this.stride} numbers`)
    const [codesAt, codesEnd] = [this.codesAt, this.codesAt + this.capacity * this.codeBytes]
    const bytes = this.vectorsAt + capacity * perRow
    try {
      this.#memory.grow(Math.max(0, Math.ceil((bytes - this.#memory.buffer.byteLength) / pageBytes)))
    } catch {
      throw full(rows, `${Math.ceil(bytes / 2 ** 20)} MiB could not be had`)
    }
    this.bytes = new Uint8Array(this.#memory.buffer)
    // before anything is written: a page that is in use stays as small as it is
    this.hugePages = this.bytes.length >= hugeFromBytes && adviseHugePages(this.bytes)
    this.floats = new Float32Array(this.#memory.buffer)
    this.words = new Uint32Array(this.#memory.buffer)
    this.capacity = capacity
    this.bytes.copyWithin(this.codesAt, codesAt, codesEnd)
    this.bytes.fill(0, codesAt, Math.min(codesEnd, this.codesAt))
  }

  /** The numbers of a row, without padding for `dims` of them. */
  vector(row: number, dims = this.stride): Float32Array {
    const at = this.vectorsAt / 4 + row * this.stride
    return this.floats.subarray(at, at + dims)
  }
}

function full(rows: number, why: string): PipelineError {
  const hint = 'keep fewer chunks in one store: split the corpus over several, or cut it into longer chunks'
  return new PipelineError('STORE_FULL', `no room for ${rows} vectors: ${why}`, hint)
}
