import type { CodeMaker, Codes } from './codes.ts'
import type { Slab } from './slab.ts'

const calibrationQuantile = 0.9995
/** Values looked at to find the quantile; more changes the scale by less than a code step. */
const calibrationSample = 1_000_000

/** A byte a number: x / scale × 127, rounded, cut to ±127. */
export const int8: CodeMaker = { bytes: (stride) => stride, make: (slab) => new Int8Codes(slab) }

class Int8Codes implements Codes {
  readonly kernel = 'scanInt8'
  readonly width: number
  readonly #slab: Slab
  #scale = 1

  constructor(slab: Slab) {
    this.#slab = slab
    this.width = slab.stride
  }

  fit(rows: number): void {
    const { floats, vectorsAt, stride } = this.#slab
    this.#scale = calibrate(floats.subarray(vectorsAt / 4, vectorsAt / 4 + rows * stride))
    for (let row = 0; row < rows; row++) this.write(row)
  }

  write(row: number): void {
    const { bytes, codesAt, stride } = this.#slab
    quantise(this.#slab.vector(row), this.#scale, bytes, codesAt + row * stride)
  }

  /** A positive factor does not change the order, so the query has a scale of its own. The kernel wants it with 16 bits. */
  ask(query: Float32Array): void {
    const { bytes, codedQueryAt, stride } = this.#slab
    const codes = new Int8Array(stride)
    quantise(query, query.reduce((max, x) => Math.max(max, Math.abs(x)), 0) || 1, codes, 0)
    new Int16Array(bytes.buffer, codedQueryAt, stride).set(codes)
  }
}

/**
 * The absolute value that maps to code 127: the 99.95 % quantile of |x|, so that outliers do not waste the codes. Zeros are left
 * out: they pad rows and stand for removed ones. The step is odd, so that it does not walk down a single column.
 */
function calibrate(vectors: Float32Array): number {
  const step = Math.floor(vectors.length / calibrationSample) | 1
  const sample = new Float32Array(Math.ceil(vectors.length / step))
  for (let i = 0; i < sample.length; i++) sample[i] = Math.abs(vectors[i * step]!)
  const sorted = sample.filter((x) => x > 0).sort()
  return sorted[Math.floor(calibrationQuantile * (sorted.length - 1))] || 1
}

function quantise(vector: Float32Array, scale: number, codes: Int8Array | Uint8Array, at: number): void {
  const factor = 127 / scale
  for (let i = 0; i < vector.length; i++) codes[at + i] = Math.max(-127, Math.min(127, Math.round(vector[i]! * factor)))
}
