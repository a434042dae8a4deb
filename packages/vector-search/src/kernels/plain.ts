import { dotF32, dotInt8 } from './dot.ts'
import { type Kernels, type LinearMemory, pageBytes, rowsPerBlock } from './kernel.ts'

/** Memory for runtimes without WebAssembly: growing it copies. */
export class PlainMemory implements LinearMemory {
  buffer = new ArrayBuffer(pageBytes)

  grow(pages: number): void {
    const grown = new ArrayBuffer(this.buffer.byteLength + pages * pageBytes)
    new Uint8Array(grown).set(new Uint8Array(this.buffer))
    this.buffer = grown
  }
}

/** The same kernels in JavaScript: scores of int8 and bits are the same integers, those of f32 differ by rounding alone. */
export function plainKernels(memory: LinearMemory): Kernels {
  const oneFloat = new Float32Array(1)
  const itsBits = new Int32Array(oneFloat.buffer)
  const keyOf = (score: number) => {
    oneFloat[0] = Math.fround(score) + 0
    return (itsBits[0]! ^ ((itsBits[0]! >> 31) | 0x80000000)) >>> 0
  }
  const eachRow = (
    [, , , from, count, floor, out]: Parameters<Kernels['scanF32']>,
    rowOf: (i: number) => number,
    key: (row: number) => number,
  ) => {
    const hits = new Uint32Array(memory.buffer, out, 2 * count)
    let found = 0
    for (let i = 0; i < count; i++) {
      const row = rowOf(from + i)
      const own = key(row)
      if (own < floor >>> 0) continue
      hits[found++] = ~row
      hits[found++] = own
    }
    return out + 4 * found
  }
  const floats = (kernel: Parameters<Kernels['scanF32']>, rowOf: (i: number) => number) => {
    const [query, rows, width] = kernel
    const dims = width / 4
    const all = new Float32Array(memory.buffer)
    const asked = all.subarray(query / 4, query / 4 + dims)
    return eachRow(kernel, rowOf, (row) => keyOf(dotF32(asked, all, rows / 4 + row * dims, dims)))
  }
  return {
    scanF32: (...kernel) => floats(kernel, (row) => row),
    gatherF32(...kernel) {
      const numbers = new Uint32Array(memory.buffer, kernel[3], kernel[4])
      return floats(kernel, (i) => numbers[i - kernel[3]]!)
    },
    scanInt8(...kernel) {
      const [query, rows, width] = kernel
      const asked = new Int8Array(memory.buffer, query, width)
      const all = new Int8Array(memory.buffer)
      return eachRow(
        kernel,
        (row) => row,
        (row) => dotInt8(asked, all, rows + row * width, width) + 2 ** 31,
      )
    },
    scanBits(...kernel) {
      const [query, rows, width] = kernel
      const steps = width / rowsPerBlock
      const tables = new Uint8Array(memory.buffer, query, 32 * steps)
      const all = new Uint8Array(memory.buffer)
      return eachRow(
        kernel,
        (row) => row,
        (row) => {
          let sum = 0
          let at = rows + (row >> 4) * width + (row & 15)
          for (let table = 0; table < tables.length; table += 32, at += rowsPerBlock) {
            const byte = all[at]!
            sum += tables[table + (byte & 15)]! + tables[table + 16 + (byte >> 4)]!
          }
          return sum
        },
      )
    },
  }
}
