import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  containsAny,
  meanRatioInterval,
  ndcgAt,
  nonInferior,
  recallAt,
  seededRandom,
  tailRatioInterval,
} from '../src/index.ts'

const relevant = { a: 3, b: 2, c: 0, d: 1 }

describe('recall and nDCG', () => {
  it('hand-computed: recall counts relevant documents only', () => {
    expect(recallAt(2, ['a', 'x', 'b'], relevant)).toBeCloseTo(1 / 3, 12)
    expect(recallAt(10, ['c', 'd', 'b', 'a'], relevant)).toBe(1)
    expect(recallAt(10, ['c'], relevant)).toBe(0)
  })

  it('hand-computed: gain = grade, discount log2(rank + 1)', () => {
    const ideal = 3 + 2 / Math.log2(3) + 1 / 2
    expect(ndcgAt(3, ['b', 'x', 'a'], relevant)).toBeCloseTo((2 + 3 / 2) / ideal, 12)
    expect(ndcgAt(10, ['a', 'b', 'd'], relevant)).toBe(1)
    expect(ndcgAt(1, ['d'], relevant)).toBeCloseTo(1 / 3, 12)
  })

  const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'constructor', 'toString')
  const judged = fc.dictionary(ids, fc.nat(3)).filter((grades) => Object.values(grades).some((grade) => grade > 0))
  const ranking = fc.uniqueArray(ids)

  it('lie in [0, 1], and are 1 for the ideal order', () => {
    fc.assert(
      fc.property(ranking, judged, fc.integer({ min: 1, max: 10 }), (list, grades, k) => {
        for (const value of [ndcgAt(k, list, grades), recallAt(k, list, grades)]) {
          expect(value).toBeGreaterThanOrEqual(0)
          expect(value).toBeLessThanOrEqual(1 + 1e-12)
        }
        const best = Object.keys(grades).sort((x, y) => grades[y]! - grades[x]!)
        expect(ndcgAt(k, best, grades)).toBeCloseTo(1, 12)
      }),
    )
  })

  it('moving a better document up never lowers nDCG, and looking deeper never lowers recall', () => {
    fc.assert(
      fc.property(ranking, judged, fc.nat(6), fc.integer({ min: 1, max: 9 }), (list, grades, at, k) => {
        expect(recallAt(k + 1, list, grades)).toBeGreaterThanOrEqual(recallAt(k, list, grades))
        fc.pre(at + 1 < list.length)
        const grade = (i: number) => (Object.hasOwn(grades, list[i]!) ? grades[list[i]!]! : 0)
        const swapped = [...list]
        ;[swapped[at], swapped[at + 1]] = [list[at + 1]!, list[at]!]
        if (grade(at + 1) >= grade(at))
          expect(ndcgAt(k, swapped, grades)).toBeGreaterThanOrEqual(ndcgAt(k, list, grades) - 1e-12)
      }),
    )
  })
})

describe('containsAny', () => {
  it('looks past letter case and white space, but not past other words', () => {
    expect(containsAny('The maximum is  FIVE\nretries.', ['five retries'])).toBe(true)
    expect(containsAny('five more retries', ['five retries', 'six'])).toBe(false)
    expect(containsAny('anything', [])).toBe(false)
  })
})

describe('nonInferior', () => {
  const random = seededRandom(9)
  const before = Array.from({ length: 200 }, () => (random() < 0.7 ? 1 : 0))

  it('identical results pass, with bound 0', () => {
    expect(nonInferior(before, before, '>=', 0.01)).toMatchObject({ bound: 0, passed: true })
    expect(nonInferior(before, before, '<=', 0)).toMatchObject({ bound: 0, passed: true })
  })

  it('a planted loss of 10 points does not pass a margin of 1', () => {
    const after = before.map((value, i) => (i % 10 === 0 ? 0 : value))
    const { passed, bound, before: from, after: to } = nonInferior(before, after, '>=', 0.01)
    expect(passed).toBe(false)
    expect(bound).toBeLessThan(to - from)
    expect(nonInferior(after, before, '>=', 0.01).passed, 'a gain passes').toBe(true)
  })

  it('is pessimistic: a mean loss inside the margin fails while the data cannot exclude more', () => {
    const few = Array.from({ length: 20 }, (_, i) => (i === 0 ? 0.85 : 1))
    const ones = few.map(() => 1)
    const { before: from, after: to, passed } = nonInferior(ones, few, '>=', 0.01)
    expect(to - from).toBeGreaterThan(-0.01)
    expect(passed).toBe(false)
  })

  it('<= limits growth: bytes may fall, not rise', () => {
    const bytes = before.map((_, i) => 100 + (i % 3))
    const more = bytes.map((value) => value + 5)
    expect(nonInferior(bytes, more, '<=', 2).passed).toBe(false)
    expect(nonInferior(bytes, more, '<=', 6).passed).toBe(true)
    expect(nonInferior(more, bytes, '<=', 0).passed).toBe(true)
  })

  it('anybody gets the same bound, and a wider margin never turns a pass into a fail', () => {
    const score = fc.double({ min: 0, max: 1, noNaN: true })
    fc.assert(
      fc.property(fc.array(fc.tuple(score, score), { minLength: 1, maxLength: 30 }), score, score, (rows, m, n) => {
        const [x, y] = [rows.map((row) => row[0]), rows.map((row) => row[1])]
        const tight = nonInferior(x, y, '>=', Math.min(m, n))
        expect(nonInferior(x, y, '>=', Math.min(m, n))).toEqual(tight)
        if (tight.passed) expect(nonInferior(x, y, '>=', Math.max(m, n)).passed).toBe(true)
        expect(tight.bound).toBeLessThanOrEqual(tight.after - tight.before + 1e-9)
      }),
      { numRuns: 20 },
    )
  })
})

describe('tailRatioInterval', () => {
  it('S0-15 holds the planted ratio of p95 and excludes 1, and is narrow for 400 pairs', () => {
    const random = seededRandom(4)
    const before = Array.from({ length: 400 }, () => 5 - Math.log(1 - random()))
    const after = before.map((value) => value * 0.8)
    const [low, high] = tailRatioInterval(before, after)
    expect(low).toBeLessThanOrEqual(0.8 + 1e-12)
    expect(high).toBeGreaterThanOrEqual(0.8 - 1e-12)
    expect(high).toBeLessThan(1)
    const independent = Array.from({ length: 400 }, () => 5 - Math.log(1 - random()))
    const [from, to] = tailRatioInterval(before, independent)
    expect(from).toBeLessThan(1)
    expect(to).toBeGreaterThan(1)
    expect(to / from).toBeLessThan(1.4)
  })
})

describe('meanRatioInterval', () => {
  it('is the ratio where all pairs have it, and weighs pairs by their size where they do not', () => {
    const before = [10, 20, 30, 40]
    const [low, high] = meanRatioInterval(
      before,
      before.map((value) => value * 0.7),
    )
    expect(low).toBeCloseTo(0.7, 12)
    expect(high).toBeCloseTo(0.7, 12)
    const [from, to] = meanRatioInterval([1, 1, 1, 1000], [2, 2, 2, 1000])
    expect(from).toBeLessThan(1.01)
    expect(to).toBeLessThanOrEqual(2)
    expect(from).toBeGreaterThanOrEqual(1)
  })
})
