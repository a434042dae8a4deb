import { defaultConfig } from '@tenfold/contracts'
import { median, seededRandom } from '@tenfold/measure'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { batchCeiling, collectGarbage, growthPerQuery, smallestWindow } from '../src/index.ts'

const gib = 2 ** 30

describe('S2-5 batchCeiling', () => {
  it.each([
    [0, 8],
    [2 * gib - 1, 8],
    [2 * gib, 16],
    [4 * gib - 1, 16],
    [4 * gib, 32],
    [64 * gib, 32],
  ])('%d bytes: %d texts', (bytes, texts) => {
    expect(batchCeiling(bytes)).toBe(texts)
  })
})

describe('S0-18 S2-47 growthPerQuery', () => {
  /** Memory that grows by `slope` a query, with noise and, at every seventh look, an outlier. */
  const grown = (slope: number, seed: number) => {
    const random = seededRandom(seed)
    return Array.from({ length: 50 }, (_, i) => {
      const query = 100 + 20 * i
      const outlier = i % 7 === 0 ? (random() - 0.5) * 50e6 : 0
      return { query, bytes: 200e6 + slope * query + (random() - 0.5) * 20_000 + outlier }
    })
  }

  it('a straight line gives its slope', () => {
    const line = Array.from({ length: 20 }, (_, i) => ({ query: i, bytes: 1000 + 7 * i }))
    expect(growthPerQuery(line)).toEqual({ median: 7, low: 7, high: 7 })
  })

  it.each([0, 128, 2048, -500])('a planted %d bytes a query is found through outliers', (slope) => {
    const { median: found, low, high } = growthPerQuery(grown(slope, 3))
    expect(Math.abs(found - slope)).toBeLessThan(25)
    expect(low).toBeLessThanOrEqual(found)
    expect(high).toBeGreaterThanOrEqual(found)
  })

  it('the interval covers the planted slope about as often as it says, and is not simply wide', () => {
    const results = Array.from({ length: 200 }, (_, seed) => growthPerQuery(grown(256, seed)))
    const covered = results.filter(({ low, high }) => low <= 256 && 256 <= high).length
    expect(covered / results.length).toBeGreaterThan(0.9)
    expect(median(results.map(({ low, high }) => high - low))).toBeLessThan(64)
  })

  it('a constant added to all changes nothing; mirrored memory mirrors the slope', () => {
    const points = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 3, maxLength: 25 })
    fc.assert(
      fc.property(points, fc.integer({ min: 0, max: 1e6 }), (bytes, more) => {
        const slopeOf = (change: (value: number) => number) =>
          growthPerQuery(bytes.map((value, i) => ({ query: i, bytes: change(value) })))
        const plain = slopeOf((value) => value)
        expect(slopeOf((value) => value + more).median).toBeCloseTo(plain.median, 6)
        expect(slopeOf((value) => -value).median).toBeCloseTo(-plain.median, 6)
        expect(slopeOf((value) => -value).high).toBeCloseTo(-plain.low, 6)
      }),
    )
  })
})

describe('S2-7 collectGarbage', () => {
  it('frees what nobody holds', async () => {
    const gone = new WeakRef({ large: new Array(1e5).fill('x') })
    await new Promise((resolve) => setTimeout(resolve))
    collectGarbage()
    expect(gone.deref()).toBeUndefined()
  })
})

describe('smallestWindow (S2-12)', () => {
  it('holds every passage and the answer, and grows with both', () => {
    expect(smallestWindow(defaultConfig)).toBe(2048)
    expect(smallestWindow({ ...defaultConfig, 'speed.contextPassages': 20 })).toBe(8192)
    expect(smallestWindow({ ...defaultConfig, 'speed.contextPassages': 1, 'rag.chunkTokens': 32 })).toBe(512)
  })
})
