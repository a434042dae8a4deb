import type { Hits } from '@tenfold/contracts'
import { seededRandom } from '@tenfold/measure'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fuseConvex } from '../src/convex.ts'
import { fitFusion, fuseBy, type JudgedLists, untuned } from '../src/fit-fusion.ts'

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
const all = 1000

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

/** Questions with one answer, chunk 1. `words` has it first in a share of them, vector search never among the first. */
function questions(count: number, share: number): JudgedLists[] {
  const random = seededRandom(count)
  const wrong = Array.from({ length: 40 }, (_, i) => i + 2)
  const scores = wrong.map((_, i) => 1 - i / 41)
  return Array.from({ length: count }, (_, i): JudgedLists => {
    const found = random() < share
    return {
      relevant: { d1: 1 },
      split: i % 2 === 0 ? 'tune' : 'check',
      vector: { chunkIds: [...wrong, 1], scores: [...scores, 0] },
      words: { chunkIds: found ? [1, ...wrong] : wrong, scores: found ? [9, ...scores] : scores },
    }
  })
}
const docOf = (chunkId: number) => `d${chunkId}`

describe('fitFusion', () => {
  it('takes the scores of the list that knows, where other questions bear it out', () => {
    const fit = fitFusion(questions(100, 0.8), docOf)
    expect(fit).toMatchObject({ accepted: true, fusion: fit.best, heldOut: { questions: 50 } })
    expect(fit.fusion).toMatchObject({ kind: 'convex' })
    expect(fit.heldOut.bound).toBeGreaterThan(0)
  })

  it.each([
    ['nothing is better', questions(100, 0), 'not shown to be better'],
    ['questions are few', questions(30, 0.8), 'too few'],
    ['there are none', [], 'too few'],
    ['it is better on the tune questions alone', luck(), 'not shown to be better'],
  ])('stays with reciprocal ranks where %s', (_, given, reason) => {
    const fit = fitFusion(given, docOf)
    expect(fit).toMatchObject({ accepted: false, fusion: untuned })
    expect(fit.reason).toContain(reason)
  })

  it('every fusion that was tried scores what it says', () => {
    const given = questions(60, 0.5)
    const { tried } = fitFusion(given, docOf)
    expect(tried.length).toBe(27)
    for (const { fusion, ndcg } of tried) {
      const ranks = given
        .filter(({ split }) => split === 'tune')
        .map((each) => fuseBy(fusion, each).findIndex(({ id }) => id === 1))
      const by = ranks.reduce((sum, rank) => sum + (rank >= 0 && rank < 10 ? 1 / Math.log2(rank + 2) : 0), 0)
      expect(ndcg).toBeCloseTo(by / ranks.length, 12)
    }
  })
})

/** On the check questions it is the other list that knows. */
function luck(): JudgedLists[] {
  return questions(100, 0.8).map((each) =>
    each.split === 'tune' ? each : { ...each, vector: each.words, words: each.vector },
  )
}
