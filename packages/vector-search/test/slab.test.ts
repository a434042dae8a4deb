import { expect, it } from 'vitest'
import { bit } from '../src/bit-codes.ts'
import { enginesOf } from '../src/kernels/engine.ts'
import { Slab } from '../src/slab.ts'

const [engine] = enginesOf()

it.each(enginesOf())('$name: rows and codes survive growth, and new rows are zero', (each) => {
  const slab = new Slab(each, 20, bit.bytes)
  const stored = (row: number) => Float32Array.from({ length: 20 }, (_, i) => row + i / 100)
  for (let row = 0; row < 16; row++) slab.vector(row, 20).set(stored(row))
  slab.bytes.fill(7, slab.codesAt, slab.codesAt + 16 * slab.codeBytes)
  slab.bytes.fill(9, slab.listAt, slab.listAt + 4 * slab.capacity)
  slab.reserve(17)
  expect(slab.capacity).toBe(32)
  for (let row = 0; row < 16; row++) expect(slab.vector(row, 20)).toEqual(stored(row))
  for (let row = 16; row < 32; row++) expect(slab.vector(row)).toEqual(new Float32Array(32))
  const codes = slab.bytes.subarray(slab.codesAt, slab.codesAt + 32 * slab.codeBytes)
  expect([...codes].filter((byte) => byte === 7)).toHaveLength(16 * slab.codeBytes)
  expect(codes[16 * slab.codeBytes]).toBe(0)
})

it('says what the limit is where 32-bit addresses end, and keeps what it has', () => {
  const slab = new Slab(engine!, 384, () => 0)
  expect(() => slab.reserve(3_000_000)).toThrow(
    expect.objectContaining({
      code: 'STORE_FULL',
      message: expect.stringMatching(/3000000 vectors.*4 GiB.*278\d{4} rows/),
    }),
  )
  expect(slab.capacity).toBe(16)
  expect(slab.vector(15)).toHaveLength(384)
})

it('says so when the machine has no more memory', () => {
  const opened = engine!.open()
  const memory = {
    buffer: opened.memory.buffer,
    grow() {
      throw new RangeError('WebAssembly.Memory.grow(): Unable to grow instance memory')
    },
  }
  const slab = () => new Slab({ name: opened.name, open: () => ({ ...opened, memory }) }, 384, () => 0)
  expect(slab).toThrow(
    expect.objectContaining({ code: 'STORE_FULL', message: expect.stringMatching(/could not be had/) }),
  )
})
