import type { Hits } from '@tenfold/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuse, fuseConvex } from '../src/index.ts'

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

const hits = fc
  .uniqueArray(
    fc.record({ id: fc.integer({ min: 1, max: 50 }), score: fc.double({ min: -5, max: 50, noNaN: true }) }),
    {
      selector: ({ id }) => id,
      maxLength: 30,
    },
  )
  .map((given): Hits => {
    const sorted = given.sort((a, b) => b.score - a.score)
    return { chunkIds: sorted.map(({ id }) => id), scores: sorted.map(({ score }) => score) }
  })
const weight = fc.double({ min: 0, max: 1, noNaN: true })

describe('fuseConvex', () => {
  it('adds the scores of both lists, each spread over 0 to 1, by weight', () => {
    const vector = { chunkIds: [7, 8, 9], scores: [0.9, 0.7, 0.5] }
    const words = { chunkIds: [9, 7], scores: [12, 4] }
    expect(fuseConvex(vector, words, 0.25, 3)).toEqual([
      { id: 9, score: 0.75 },
      { id: 7, score: 0.25 },
      { id: 8, score: expect.closeTo(0.125, 12) },
    ])
  })

  it('gives every id once, best first, whatever the lists; a count takes the front', () => {
    fc.assert(
      fc.property(hits, hits, weight, fc.nat(60), (vector, words, share, count) => {
        const fused = fuseConvex(vector, words, share, all)
        const ids = [...new Set([...vector.chunkIds, ...words.chunkIds])]
        expect(fused.map(({ id }) => id).sort()).toEqual(ids.sort())
        for (const [i, { score }] of fused.entries()) {
          expect(score).toBeGreaterThanOrEqual(0)
          expect(score).toBeLessThanOrEqual(1)
          if (i > 0) expect(score).toBeLessThanOrEqual(fused[i - 1]!.score)
        }
        expect(fuseConvex(vector, words, share, count)).toEqual(fused.slice(0, count))
      }),
    )
  })

  it('is not moved by the unit of a score', () => {
    fc.assert(
      fc.property(hits, hits, weight, (vector, words, share) => {
        const scaled = { ...words, scores: words.scores.map((score) => 4 * score) }
        expect(fuseConvex(vector, scaled, share, all)).toEqual(fuseConvex(vector, words, share, all))
      }),
    )
  })
})
