import type { CodeMaker, Codes } from './codes.ts'
import type { Slab } from './slab.ts'

const calibrationQuantile = 0.9995
/** Values looked at to find the quantile; more changes the scale by less than a code step. */
const calibrationSample = 1_000_000

/** Steps on each side of zero: of a row 7 bits, which the product of bytes of relaxed SIMD takes; of a query 8. */
const steps = { row: 63, query: 127 }
/** Code of zero in a row. It adds the same to all scores of a query. */
const zero = 64

/** A byte a number: x / scale × 63, rounded, cut to ±63, plus 64. */
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
    const vector = this.#slab.vector(row)
    const factor = steps.row / this.#scale
    for (let i = 0, at = codesAt + row * stride; i < stride; i++, at++)
      bytes[at] = zero + cut(Math.round(vector[i]! * factor), steps.row)
  }

  /** A positive factor does not change the order, so the query has a scale of its own. */
  ask(query: Float32Array): void {
    const { bytes, codedQueryAt, stride } = this.#slab
    const factor = steps.query / (query.reduce((max, x) => Math.max(max, Math.abs(x)), 0) || 1)
    const codes = new Int8Array(bytes.buffer, codedQueryAt, stride).fill(0)
    for (let i = 0; i < query.length; i++) codes[i] = Math.round(query[i]! * factor)
  }
}

/**
 * The absolute value that maps to the last step: the 99.95 % quantile of |x|, so that outliers do not waste the codes. Zeros are left
 * out: they pad rows and stand for removed ones. The step is odd, so that it does not walk down a single column.
 */
function calibrate(vectors: Float32Array): number {
  const step = Math.floor(vectors.length / calibrationSample) | 1
  const sample = new Float32Array(Math.ceil(vectors.length / step))
  for (let i = 0; i < sample.length; i++) sample[i] = Math.abs(vectors[i * step]!)
  const sorted = sample.filter((x) => x > 0).sort()
  return sorted[Math.floor(calibrationQuantile * (sorted.length - 1))] || 1
}

const cut = (step: number, most: number) => Math.max(-most, Math.min(most, step))
