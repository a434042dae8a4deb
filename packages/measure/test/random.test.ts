import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean, seededRandom, seedOf, shuffled } from '../src/index.ts'

const draw = (seed: number, count: number) => {
  const random = seededRandom(seed)
  return Array.from({ length: count }, random)
}

describe('seededRandom', () => {
  it('is mulberry32: its published first numbers for seed 0', () => {
    expect(draw(0, 3)).toEqual([0.26642920868471265, 0.0003297457005828619, 0.2232720274478197])
  })

  it('repeats itself for the same seed and differs for another', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(draw(seed, 20)).toEqual(draw(seed, 20))
      }),
    )
    expect(draw(1, 5)).not.toEqual(draw(2, 5))
  })

  it('is even: ten bins of 20 000 draws, mean one half', () => {
    const numbers = draw(42, 20_000)
    const bins = new Array<number>(10).fill(0)
    for (const number of numbers) bins[Math.floor(number * 10)]!++
    for (const bin of bins) expect(Math.abs(bin - 2000)).toBeLessThan(200)
    expect(mean(numbers)).toBeCloseTo(0.5, 2)
  })

  it('first coins of neighbouring seeds are fair: forks are seeded one after another', () => {
    const heads = Array.from({ length: 2000 }, (_, i) => seededRandom(seedOf(`fork ${i}`))() < 0.5)
    expect(Math.abs(heads.filter(Boolean).length - 1000)).toBeLessThan(100)
  })
})

describe('seedOf', () => {
  it('is 32-bit FNV-1a: published vectors', () => {
    expect([seedOf(''), seedOf('a'), seedOf('foobar')]).toEqual([0x811c9dc5, 0xe40c292c, 0xbf9cf968])
  })
})

describe('shuffled', () => {
  it('keeps what it shuffles, leaves the input alone, repeats for a seed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer()), fc.nat(), (items, seed) => {
        const copy = [...items]
        const result = shuffled(items, seededRandom(seed))
        expect(items).toEqual(copy)
        expect([...result].sort()).toEqual([...items].sort())
        expect(shuffled(items, seededRandom(seed))).toEqual(result)
      }),
    )
  })

  it('every order of three comes about equally often', () => {
    const random = seededRandom(3)
    const seen = new Map<string, number>()
    for (let i = 0; i < 6000; i++) {
      const order = shuffled(['a', 'b', 'c'], random).join('')
      seen.set(order, (seen.get(order) ?? 0) + 1)
    }
    expect(seen.size).toBe(6)
    for (const count of seen.values()) expect(Math.abs(count - 1000)).toBeLessThan(130)
  })
})
