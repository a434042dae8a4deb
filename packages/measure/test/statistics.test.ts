import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { mean, median, quantile, seededRandom, shuffled, standardDeviation, summarize } from '../src/index.ts'

const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 150 })
const share = fc.double({ min: 0, max: 1, noNaN: true })

describe('quantile', () => {
  it.each([
    // R: quantile(c(2, 4, 4, 4, 5, 5, 7, 9), p, type = 7)
    [[9, 4, 5, 2, 4, 7, 4, 5], 0.25, 4],
    [[9, 4, 5, 2, 4, 7, 4, 5], 0.5, 4.5],
    [[9, 4, 5, 2, 4, 7, 4, 5], 0.9, 7.6],
    [[9, 4, 5, 2, 4, 7, 4, 5], 0.95, 8.3],
    [[1, 2, 3, 4], 1 / 3, 2],
    [[3], 0.99, 3],
    [[10, 9], 0, 9],
    [[10, 9], 1, 10],
    // numbers are not sorted as text
    [[100, 20, 3], 0.5, 20],
  ])('%j at %d is %d', (list, q, expected) => {
    expect(quantile(list, q)).toBeCloseTo(expected, 12)
  })

  it('no values give NaN, and the input stays as it was', () => {
    expect(quantile([], 0.5)).toBeNaN()
    const list = [3, 1, 2]
    quantile(list, 0.5)
    expect(list).toEqual([3, 1, 2])
  })

  it('grows with q, stays within the values, does not mind the order', () => {
    fc.assert(
      fc.property(values, share, share, fc.nat(), (list, p, q, seed) => {
        const [low, high] = [quantile(list, Math.min(p, q)), quantile(list, Math.max(p, q))]
        expect(low).toBeLessThanOrEqual(high + 1e-6)
        expect(low).toBeGreaterThanOrEqual(Math.min(...list) - 1e-6)
        expect(high).toBeLessThanOrEqual(Math.max(...list) + 1e-6)
        expect(quantile(shuffled(list, seededRandom(seed)), q)).toBe(quantile(list, q))
      }),
    )
  })

  it('moves and scales with its values', () => {
    const integers = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1 })
    fc.assert(
      fc.property(integers, share, fc.integer({ min: -9, max: 9 }), (list, q, by) => {
        expect(
          quantile(
            list.map((value) => 2 * value + by),
            q,
          ),
        ).toBeCloseTo(2 * quantile(list, q) + by, 8)
      }),
    )
  })
})

describe('S1-2 summaries', () => {
  it('mean, median and spread of a known list', () => {
    expect([mean([1, 2, 6]), median([1, 2, 6]), median([1, 2, 3, 6])]).toEqual([3, 2, 2.5])
    expect(standardDeviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(2.138089935, 8)
    expect(standardDeviation([5])).toBe(0)
  })

  it.each([
    [1, false, false],
    [19, false, false],
    [20, true, false],
    [99, true, false],
    [100, true, true],
  ])('of %d samples: p95 %s, p99 %s', (n, p95, p99) => {
    const list = Array.from({ length: n }, (_, i) => i)
    const summary = summarize('some', list)
    expect([summary.p95 !== null, summary.p99 !== null]).toEqual([p95, p99])
    expect(summary).toMatchObject({ samples: 'some', n, min: 0, max: n - 1, p50: (n - 1) / 2 })
    if (p95) expect(summary.p95).toBeCloseTo(0.95 * (n - 1), 9)
    if (p99) expect(summary.p99).toBeCloseTo(0.99 * (n - 1), 9)
  })

  it('its figures are in order', () => {
    fc.assert(
      fc.property(values, (list) => {
        const { min, p50, p95, p99, max, mean, stdev } = summarize('x', list)
        const row = [min, p50, p95, p99, max].filter((value) => value !== null)
        for (const [i, value] of row.slice(1).entries()) expect(value).toBeGreaterThanOrEqual(row[i]! - 1e-6)
        expect(mean).toBeGreaterThanOrEqual(min - 1e-6)
        expect(mean).toBeLessThanOrEqual(max + 1e-6)
        expect(stdev).toBeGreaterThanOrEqual(0)
      }),
    )
  })
})
