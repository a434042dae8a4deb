import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuse } from '../src/index.ts'

const list = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 })
const lists = fc.array(list, { maxLength: 4 })
const constant = fc.integer({ min: 1, max: 1000 })
const all = 1000

describe('fuse', () => {
  it('scores by hand: Σ 1 / (k + rank), rank from 1', () => {
    const fused = fuse(
      [
        [7, 8],
        [8, 9],
      ],
      60,
      3,
    )
    expect(fused).toEqual([
      { id: 8, score: 1 / 62 + 1 / 61 },
      { id: 7, score: 1 / 61 },
      { id: 9, score: 1 / 62 },
    ])
  })

  it('gives every id once with the score of the formula, best first', () => {
    fc.assert(
      fc.property(lists, constant, (given, k) => {
        const fused = fuse(given, k, all)
        expect(fused.map(({ id }) => id).sort((a, b) => a - b)).toEqual(
          [...new Set(given.flat())].sort((a, b) => a - b),
        )
        for (const { id, score } of fused) {
          const ranks = given.map((one) => one.indexOf(id) + 1).filter((rank) => rank > 0)
          expect(score).toBeCloseTo(
            ranks.reduce((sum, rank) => sum + 1 / (k + rank), 0),
            12,
          )
        }
        for (let i = 1; i < fused.length; i++) expect(fused[i]!.score).toBeLessThanOrEqual(fused[i - 1]!.score)
      }),
    )
  })

  it('one list alone keeps its order', () => {
    fc.assert(
      fc.property(list, constant, (one, k) => {
        expect(fuse([one], k, all).map(({ id }) => id)).toEqual(one)
      }),
    )
  })

  it('two lists give the same whichever comes first, ties included', () => {
    fc.assert(
      fc.property(list, list, constant, (a, b, k) => {
        expect(fuse([a, b], k, all)).toEqual(fuse([b, a], k, all))
      }),
    )
  })

  it('equal scores go by id', () => {
    expect(fuse([[9], [3], [5]], 60, all).map(({ id }) => id)).toEqual([3, 5, 9])
  })

  it('a count takes the front of the whole', () => {
    fc.assert(
      fc.property(lists, constant, fc.nat(50), (given, k, count) => {
        expect(fuse(given, k, count)).toEqual(fuse(given, k, all).slice(0, count))
      }),
    )
  })

  it('several lists that agree give the order they agree on', () => {
    fc.assert(
      fc.property(list, constant, fc.integer({ min: 1, max: 4 }), (one, k, times) => {
        const shared = Array.from({ length: times }, () => one)
        expect(fuse(shared, k, all).map(({ id }) => id)).toEqual(one)
      }),
    )
  })
})
