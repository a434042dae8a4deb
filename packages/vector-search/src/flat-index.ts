import { PipelineError } from '@tenfold/contracts'
import type { Best } from './best.ts'
import { bit } from './bit-codes.ts'
import type { Codes } from './codes.ts'
import { int8 } from './int8-codes.ts'
import { bestEngine, type Engine } from './kernels/engine.ts'
import { rowsPerBlock, rowsPerCall } from './kernels/kernel.ts'
import { Slab } from './slab.ts'
import { scanAlone } from './split/scan.ts'
import { ScanWorkers, splitFromBytes } from './split/scan-workers.ts'
import { mostWorkers, type Task } from './split/task.ts'
import type { FlatIndex, IndexOptions, Neighbours } from './types.ts'

const codeMakers = { f32: undefined, int8, bit }
/** What a thread takes at a time: 0.1 ms of reading, so that none waits much longer for the last one. */
const partBytes = 2 ** 20

/**
 * Search over `vectors` (row-major, `dims` numbers a row, normalised by the caller if cosine is wanted). Throws DATA_UNREADABLE
 * for what are no rows of finite numbers, STORE_FULL above 4 GiB.
 */
export function openFlatIndex(
  options: IndexOptions,
  vectors: Float32Array,
  dims: number,
  engine: Engine = bestEngine(),
): FlatIndex {
  if (!Number.isInteger(dims) || dims < 1 || vectors.length % dims !== 0) {
    throw malformed(`${vectors.length} numbers are not rows of ${dims}`)
  }
  if (!vectors.every(Number.isFinite)) throw malformed('a stored vector has a number that is not finite')
  return new Flat(options, vectors, dims, engine)
}

class Flat implements FlatIndex {
  readonly dims: number
  rescore: number
  readonly #slab: Slab
  readonly #codes: Codes | undefined
  /** 1 where a row holds a vector. */
  #live: Uint8Array
  #free: number[] = []
  /** Row numbers handed out so far; rows from here on are spare room. */
  #end: number
  #workers: ScanWorkers | undefined
  #wantedWorkers: number
  readonly #splitFromBytes: number

  constructor(options: IndexOptions, vectors: Float32Array, dims: number, engine: Engine) {
    const maker = codeMakers[options.representation]
    this.dims = dims
    this.rescore = options.rescore
    const workers = Math.max(0, Math.min(mostWorkers, (options.threads ?? 1) - 1))
    this.#slab = new Slab(engine, dims, maker?.bytes ?? (() => 0), 1 + workers)
    this.#wantedWorkers = this.#slab.shared ? workers : 0
    this.#splitFromBytes = options.splitFromBytes ?? splitFromBytes
    this.#end = vectors.length / dims
    this.#slab.reserve(this.#end)
    for (let row = 0; row < this.#end; row++) this.#slab.vector(row).set(vectors.subarray(row * dims, (row + 1) * dims))
    this.#live = new Uint8Array(this.#slab.capacity).fill(1, 0, this.#end)
    this.#codes = maker?.make(this.#slab)
    this.#codes?.fit(this.#end, this.#end)
  }

  get engine(): Engine['name'] {
    return this.#slab.engine
  }

  get hugePages(): boolean {
    return this.#slab.hugePages
  }

  get threads(): number {
    return 1 + Math.min(this.#wantedWorkers, this.#workers?.count ?? this.#wantedWorkers)
  }

  get size(): number {
    return this.#end - this.#free.length
  }

  get bytes(): number {
    return this.#end * (this.#slab.rowBytes + this.#slab.codeBytes)
  }

  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    this.#check(query)
    if (!Number.isInteger(k) || k < 0) throw malformed(`k is ${k}, not a whole number from 0`)
    const wanted = rows && this.#known(rows)
    const reach = wanted?.rows.length ?? this.size
    if (k === 0 || reach === 0) return { rows: new Uint32Array(0), scores: new Float32Array(0) }
    const candidates = Math.max(k, this.rescore)
    if (!this.#codes || reach <= candidates || this.#readsLess(wanted)) return this.#exact(query, k, wanted?.rows)
    return this.#exact(query, k, this.#coarse(query, candidates, this.#codes, wanted?.mask))
  }

  add(vector: Float32Array): number {
    this.#check(vector)
    const fresh = this.#free.length === 0
    const row = this.#free.at(-1) ?? this.#end
    this.#slab.reserve(row + 1)
    if (fresh) this.#end++
    else this.#free.pop()
    if (this.#live.length < this.#slab.capacity) this.#live = widened(this.#live, this.#slab.capacity)
    this.#slab.vector(row).set(vector)
    this.#live[row] = 1
    // What was learnt from the first rows fits them alone; learn again each time the index has doubled.
    if (fresh && (this.#end & (this.#end - 1)) === 0) this.#codes?.fit(this.#end, this.size)
    else this.#codes?.write(row)
    return row
  }

  remove(row: number): void {
    if (this.#live[row] !== 1) throw malformed(`row ${row} has no vector`)
    this.#live[row] = 0
    this.#slab.vector(row).fill(0)
    this.#free.push(row)
    this.#free.sort((a, b) => b - a)
  }

  async ready(): Promise<void> {
    const { rowBytes, codeBytes } = this.#slab
    await this.#splitting(this.#end * (this.#codes ? codeBytes : rowBytes))?.ready()
  }

  close(): void {
    this.#workers?.close()
    this.#wantedWorkers = 0
  }

  /** f32 dot products of all rows, or of the given live ones. */
  #exact(query: Float32Array, k: number, rows: Uint32Array | undefined): Neighbours {
    const { floats, words, queryAt, vectorsAt, rowBytes, listAt } = this.#slab
    floats.set(query, queryAt / 4)
    const task = { query: queryAt, rows: vectorsAt, width: rowBytes, k: Math.min(k, rows?.length ?? this.size) }
    if (!rows) {
      return this.#scan(
        { ...task, kernel: 'scanF32', from: 0, step: 1, count: this.#end },
        rowBytes,
        this.#holes,
      ).neighbours()
    }
    words.set(rows, listAt / 4)
    return this.#scan(
      { ...task, kernel: 'gatherF32', from: listAt, step: 4, count: rows.length },
      rowBytes,
    ).neighbours()
  }

  /** The rows whose codes score best, in no order. */
  #coarse(query: Float32Array, k: number, codes: Codes, mask = this.#holes): Uint32Array {
    const { codedQueryAt, codesAt, codeBytes } = this.#slab
    codes.ask(query)
    const { kernel, width } = codes
    const task = { kernel, query: codedQueryAt, rows: codesAt, width, from: 0, step: 1, count: this.#end, k }
    return this.#scan(task, codeBytes, mask).rows()
  }

  #scan(shape: Omit<Task, 'perPart'>, bytesPerRow: number, accept?: Uint8Array): Best {
    const perPart = Math.min(rowsPerCall, Math.ceil(partBytes / bytesPerRow / rowsPerBlock) * rowsPerBlock)
    const task = { ...shape, perPart }
    const workers = this.#splitting(task.count * bytesPerRow)
    return workers?.scan(task, accept) ?? scanAlone(this.#slab, task, accept)
  }

  /** The workers for a scan of so many bytes, started with the first that is large enough. */
  #splitting(bytes: number): ScanWorkers | undefined {
    if (this.#wantedWorkers === 0 || bytes < this.#splitFromBytes) return undefined
    return (this.#workers ??= new ScanWorkers(this.#slab, this.#wantedWorkers))
  }

  /** What tells rows that were removed from the others, where there are any. */
  get #holes(): Uint8Array | undefined {
    return this.#free.length > 0 ? this.#live : undefined
  }

  /** Rows of a filter that hold a vector, each once: as numbers and as a mask. */
  #known(rows: Uint32Array): { rows: Uint32Array; mask: Uint8Array } {
    const mask = new Uint8Array(this.#end)
    return { rows: rows.filter((row) => this.#live[row] === 1 && mask[row] === 0 && (mask[row] = 1)), mask }
  }

  /** Are the f32 numbers of these rows fewer bytes than the codes of all? Then they are scored at once. */
  #readsLess(wanted: { rows: Uint32Array } | undefined): boolean {
    const { rowBytes, codeBytes } = this.#slab
    return wanted !== undefined && wanted.rows.length * rowBytes <= this.#end * codeBytes
  }

  #check(vector: Float32Array): void {
    if (vector.length !== this.dims) throw malformed(`a vector has ${vector.length} numbers, the index ${this.dims}`)
    if (!vector.every(Number.isFinite)) throw malformed('a vector has a number that is not finite')
  }
}

function widened(flags: Uint8Array, length: number): Uint8Array {
  const wide = new Uint8Array(length)
  wide.set(flags)
  return wide
}

function malformed(message: string): PipelineError {
  return new PipelineError('DATA_UNREADABLE', message, 'embed the text again with the model of the index')
}
