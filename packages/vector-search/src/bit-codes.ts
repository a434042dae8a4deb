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
    let widest = 0
    for (let group = 0; group < groups; group++) widest = Math.max(widest, spread(padded, group).reach)
    // sums of all groups must fit 16 bits
    const factor = Math.min(largestEntry, Math.floor(65_535 / groups)) / (widest || 1)
    for (let group = 0; group < groups; group++) {
      const { least } = spread(padded, group)
      for (let bits = 0; bits < 16; bits++) {
        let sum = -least
        for (let i = 0; i < 4; i++) if (bits & (1 << i)) sum += padded[4 * group + i]!
        bytes[codedQueryAt + 16 * group + bits] = Math.round(sum * factor)
      }
    }
  }
}

/** The smallest sum of a choice of four numbers, and how far the largest is above it. */
function spread(query: Float32Array, group: number): { least: number; reach: number } {
  let [least, reach] = [0, 0]
  for (let i = 4 * group; i < 4 * group + 4; i++) {
    least += Math.min(0, query[i]!)
    reach += Math.abs(query[i]!)
  }
  return { least, reach }
}
