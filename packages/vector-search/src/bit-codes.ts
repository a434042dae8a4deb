import type { CodeMaker, Codes } from './codes.ts'
import { rowsPerBlock } from './kernels/kernel.ts'
import type { Slab } from './slab.ts'

/** The most a table entry may be: four are added in a byte. */
const largestEntry = 63

/**
 * A bit a number: is it above the mean of its column? A row then stands for mean ± 1 in each column, and its product with the
 * query is, up to factors that are equal for all rows, the sum of the query's numbers where the bit is set. The query keeps
 * its numbers: four columns have 16 possible sums, each rounded to 6 bits, which the kernel looks up.
 */
export const bit: CodeMaker = { bytes: (stride) => stride / 8, make: (slab) => new BitCodes(slab) }

class BitCodes implements Codes {
  readonly kernel = 'scanBits'
  readonly width: number
  readonly #slab: Slab
  readonly #mean: Float32Array

  constructor(slab: Slab) {
    this.#slab = slab
    this.width = rowsPerBlock * slab.codeBytes
    this.#mean = new Float32Array(slab.stride)
  }

  fit(rows: number, live: number): void {
    const sums = new Float64Array(this.#slab.stride)
    for (let row = 0; row < rows; row++) {
      const vector = this.#slab.vector(row)
      for (let i = 0; i < vector.length; i++) sums[i]! += vector[i]!
    }
    this.#mean.set(sums.map((sum) => sum / Math.max(1, live)))
    for (let row = 0; row < rows; row++) this.write(row)
  }

  write(row: number): void {
    const { bytes, codesAt } = this.#slab
    const vector = this.#slab.vector(row)
    let at = codesAt + Math.floor(row / rowsPerBlock) * this.width + (row % rowsPerBlock)
    for (let column = 0; column < vector.length; column += 8, at += rowsPerBlock) {
      let byte = 0
      for (let i = 0; i < 8; i++) if (vector[column + i]! > this.#mean[column + i]!) byte |= 1 << i
      bytes[at] = byte
    }
  }

  ask(query: Float32Array): void {
    const { bytes, codedQueryAt, stride } = this.#slab
    const padded = new Float32Array(stride)
    padded.set(query)
    const groups = stride / 4
    const least = new Float64Array(groups)
    let widest = 0
    for (let i = 0; i < stride; i++) least[i >> 2]! += Math.min(0, padded[i]!)
    for (let i = 0; i < stride; i += 4) {
      const [a, b, c, d] = [padded[i]!, padded[i + 1]!, padded[i + 2]!, padded[i + 3]!]
      widest = Math.max(widest, Math.abs(a) + Math.abs(b) + Math.abs(c) + Math.abs(d))
    }
    // sums of all groups must fit 16 bits
    const factor = Math.min(largestEntry, Math.floor(65_535 / groups)) / (widest || 1)
    const sums = new Float64Array(16)
    for (let group = 0; group < groups; group++) {
      // a choice of columns is a smaller choice and its last column
      sums[0] = -least[group]!
      for (let last = 0; last < 4; last++)
        for (let bits = 0; bits < 1 << last; bits++) sums[bits + (1 << last)] = sums[bits]! + padded[4 * group + last]!
      for (let bits = 0; bits < 16; bits++) bytes[codedQueryAt + 16 * group + bits] = Math.round(sums[bits]! * factor)
    }
  }
}
