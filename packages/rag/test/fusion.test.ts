import { seededRandom } from '@tenfold/measure'
import { describe, expect, it } from 'vitest'
import { fitFusion, fuseBy, type JudgedLists, untuned } from '../src/fit-fusion.ts'

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
