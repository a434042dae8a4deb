import { PipelineError } from '@tenfold/contracts'
import { adviseHugePages } from '@tenfold/measure'
import { Best } from './best.ts'
import type { Engine } from './kernels/engine.ts'
import {
  type Kernels,
  type LinearMemory,
  lanesPerStep,
  maxPages,
  pageBytes,
  rowsPerBlock,
  rowsPerCall,
} from './kernels/kernel.ts'
import { headBytes } from './split/task.ts'

/** Below this the caches of the processor hold the translated addresses of all of it. */
const hugeFromBytes = 8 * 2 ** 20

/** A row number, or one byte of a mask. */
const listBytes = 4

const roundUp = (value: number, step: number) => Math.ceil(value / step) * step

/**
 * Linear memory of one index: what a call needs (query, hits of each thread), then the f32 rows, then the codes, then room for a filter.
 * They grow with the capacity; f32 rows stay where they are, codes move up. Pages that were never written take no memory.
 */
export class Slab {
  readonly engine: Engine['name']
  readonly kernels: Kernels
  /** Numbers of a row, padded with zeros. */
  readonly stride: number
  readonly codeBytes: number
  readonly queryAt = headBytes
  readonly codedQueryAt: number
  readonly hitsAt: number
  readonly vectorsAt: number
  /** What another thread needs to scan the same rows. */
  readonly shared: { module: object; memory: LinearMemory } | undefined
  capacity = 0
  hugePages = false
  /** Views of the memory; made anew when it grows. */
  bytes!: Uint8Array
  floats!: Float32Array
  words!: Uint32Array
  readonly best = new Best(rowsPerCall)
  readonly #memory: LinearMemory

  /** `codeBytes`: bytes of codes for each row. `threads`: that are to scan it. */
  constructor(engine: Engine, dims: number, codeBytes: (stride: number) => number, threads = 1) {
    const { name, memory, kernels, module } = engine.open(threads > 1)
    this.engine = name
    this.kernels = kernels
    this.#memory = memory
    this.shared = module && { module, memory }
    this.stride = roundUp(dims, lanesPerStep)
    this.codeBytes = codeBytes(this.stride)
    this.codedQueryAt = this.queryAt + 4 * this.stride
    this.hitsAt = this.codedQueryAt + 4 * this.stride
    this.vectorsAt = this.hitsAt + 8 * rowsPerCall * threads
    this.reserve(rowsPerBlock)
  }

  get rowBytes(): number {
    return 4 * this.stride
  }

  get codesAt(): number {
    return this.vectorsAt + this.capacity * this.rowBytes
  }

  /** A number or a mark for each row, for as long as a search lasts. */
  get listAt(): number {
    return this.codesAt + this.capacity * this.codeBytes
  }

  /** Makes room for `rows` rows; more than asked, as far as addresses reach, when it was full before. Throws STORE_FULL. */
  reserve(rows: number): void {
    if (rows <= this.capacity) return
    const perRow = this.rowBytes + this.codeBytes + listBytes
    const most = Math.floor((maxPages * pageBytes - this.vectorsAt) / perRow / rowsPerBlock) * rowsPerBlock
    const capacity = Math.min(most, roundUp(Math.max(rows, 2 * this.capacity), rowsPerBlock))
    if (rows > most) throw full(rows, `one index addresses 4 GiB, ${most} rows of ${this.stride} numbers`)
    const [codesAt, codesEnd, listEnd] = [this.codesAt, this.listAt, this.listAt + this.capacity * listBytes]
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
    this.bytes.fill(0, codesEnd, listEnd)
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
