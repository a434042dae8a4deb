import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bit } from '../src/bit-codes.ts'
import { int8 } from '../src/int8-codes.ts'
import { enginesOf } from '../src/kernels/engine.ts'
import { Slab } from '../src/slab.ts'

const engines = enginesOf()
const javascript = engines.at(-1)!
const simd = engines.filter((engine) => engine !== javascript)

/** Rows, a query, and which rows to look at: any length of row, so that tails are met. */
const cases = fc.integer({ min: 1, max: 2048 }).chain((dims) => {
  const seeds = fc.integer({ min: 1, max: 2 ** 31 })
  return fc.record({
    dims: fc.constant(dims),
    count: fc.integer({ min: 1, max: 40 }),
    seed: seeds,
    floor: fc.double({ min: 0, max: 1, noNaN: true }),
  })
})

function fill(slab: Slab, count: number, dims: number, seed: number): Float32Array {
  let state = seed >>> 0
  const next = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32 - 0.5
  slab.reserve(count)
  for (let row = 0; row < count; row++) slab.vector(row, dims).set(Float32Array.from({ length: dims }, next))
  return Float32Array.from({ length: dims }, next)
}

/** Hits of a kernel as [row, key], the floor being a share of the way from the lowest to the highest key. */
function hits(slab: Slab, call: (floor: number) => number, share: number): [number, number][] {
  const read = (floor: number) => {
    const words = slab.words.slice(slab.hitsAt / 4, call(floor) / 4)
    return Array.from({ length: words.length / 2 }, (_, i): [number, number] => [
      ~words[2 * i]! >>> 0,
      words[2 * i + 1]!,
    ])
  }
  const keys = read(0).map(([, key]) => key)
  const least = Math.min(...keys)
  return read(Math.floor(least + share * (Math.max(...keys) - least)))
}

describe.each([
  ['int8', int8],
  ['bit', bit],
] as const)('codes of %s', (_, maker) => {
  it.each(simd)('$name gives the integers of JavaScript, for rows of any length', (engine) => {
    fc.assert(
      fc.property(cases, ({ dims, count, seed, floor }) => {
        const [ours, plain] = [engine, javascript].map((each) => {
          const slab = new Slab(each, dims, maker.bytes)
          expect(slab.engine).toBe(each.name)
          const query = fill(slab, count, dims, seed)
          const codes = maker.make(slab)
          codes.fit(count, count)
          codes.ask(query)
          const { kernels, codedQueryAt, codesAt, hitsAt } = slab
          return hits(
            slab,
            (key) => kernels[codes.kernel](codedQueryAt, codesAt, codes.width, 0, count, key, hitsAt),
            floor,
          )
        })
        expect(ours!.length).toBeGreaterThan(0)
        expect(ours).toEqual(plain)
      }),
      { numRuns: 60 },
    )
  })
})

it('an int8 score is the sum of the products of the codes', () => {
  const slab = new Slab(simd[0] ?? javascript, 384, int8.bytes)
  const query = fill(slab, 3, 384, 5)
  const codes = int8.make(slab)
  codes.fit(3, 3)
  codes.ask(query)
  const { kernels, bytes, codedQueryAt, codesAt, hitsAt } = slab
  const asked = new Int8Array(bytes.buffer, codedQueryAt, 384)
  const stored = new Int8Array(bytes.buffer, codesAt, 3 * 384)
  expect(Math.min(...stored)).toBeGreaterThan(0)
  const sums = [0, 1, 2].map((row) => asked.reduce((sum, code, i) => sum + code * stored[384 * row + i]!, 0))
  const found = hits(slab, (key) => kernels.scanInt8(codedQueryAt, codesAt, codes.width, 0, 3, key, hitsAt), 0)
  expect(found.map(([, key]) => key - 2 ** 31)).toEqual(sums)
  expect(Math.max(...asked)).toBeGreaterThan(100)
})

it.each(engines)('$name: f32 scores are within 1e-5 of the sum in double precision, scanned or gathered', (engine) => {
  fc.assert(
    fc.property(cases, ({ dims, count, seed }) => {
      const slab = new Slab(engine, dims, () => 0)
      const query = fill(slab, count, dims, seed)
      const { kernels, floats, words, queryAt, vectorsAt, rowBytes, listAt, hitsAt } = slab
      floats.set(query, queryAt / 4)
      const order = Array.from({ length: count }, (_, i) => count - 1 - i)
      words.set(order, listAt / 4)
      const scanned = hits(slab, (key) => kernels.scanF32(queryAt, vectorsAt, rowBytes, 0, count, key, hitsAt), 0)
      const gathered = hits(
        slab,
        (key) => kernels.gatherF32(queryAt, vectorsAt, rowBytes, listAt, count, key, hitsAt),
        0,
      )
      expect(gathered.map(([row]) => row)).toEqual(order)
      // the same bits: whether a row was scanned or rescored must not show in its score
      expect(gathered.reverse()).toEqual(scanned)
      for (const [row, key] of scanned) {
        const exact = query.reduce((sum, x, i) => sum + x * slab.vector(row)[i]!, 0)
        const bits = Uint32Array.of(key >= 2 ** 31 ? key - 2 ** 31 : ~key)
        expect(Math.abs(new Float32Array(bits.buffer)[0]! - exact)).toBeLessThan((1e-5 * dims) / 4)
      }
    }),
    { numRuns: 40 },
  )
})

it('keys order as scores do, and −0 is 0', () => {
  for (const engine of engines) {
    const slab = new Slab(engine, 16, () => 0)
    const scores = [-3e38, -1, -1e-30, -0, 0, 1e-30, 1, 3e38]
    for (const [row, score] of scores.entries()) slab.vector(row)[0] = score
    const { kernels, floats, queryAt, vectorsAt, rowBytes, hitsAt } = slab
    floats[queryAt / 4] = 1
    const keys = hits(slab, (key) => kernels.scanF32(queryAt, vectorsAt, rowBytes, 0, 8, key, hitsAt), 0).map(
      ([, key]) => key,
    )
    expect(keys).toEqual(keys.toSorted((a, b) => a - b))
    expect(new Set(keys).size).toBe(7)
    expect(keys[3]).toBe(keys[4])
    // products too small for f32, in every lane
    floats.fill(1e-30, queryAt / 4, queryAt / 4 + 16)
    slab.vector(0).fill(-1e-30)
    const small = hits(slab, (key) => kernels.scanF32(queryAt, vectorsAt, rowBytes, 0, 1, key, hitsAt), 0)
    expect(small[0]![1]).toBe(keys[4])
  }
})

it('a runtime without WebAssembly, or without its vector instructions, gets JavaScript', () => {
  const without = { validate: () => false } as never
  expect(enginesOf(without).map(({ name }) => name)).toEqual(['javascript'])
  expect(javascript.name).toBe('javascript')
})

it('where no address space is left, JavaScript takes over and says so', () => {
  const real = (globalThis as unknown as { WebAssembly: Record<string, unknown> }).WebAssembly
  class Full {
    constructor() {
      throw new RangeError('could not allocate memory')
    }
  }
  const { validate, Module, Instance } = real
  const [engine] = enginesOf({ validate, Module, Instance, Memory: Full } as never)
  expect(engine?.name).toMatch(/^wasm/)
  expect(new Slab(engine!, 4, () => 0).engine).toBe('javascript')
})
