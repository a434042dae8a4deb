import { openFlatIndex } from './flat-index.ts'
import { type Recall, recallOf } from './recall.ts'
import { smallest, steps } from './tuner/bisect.ts'
import type { IndexOptions } from './types.ts'

export interface RescoreGoal {
  k: number
  /** The recall that the lower bound must reach. */
  recall: number
  /** No deeper than this, and no deeper than a tenth of the rows: beyond, a scan saves nothing. */
  deepest: number
}

/** The representation that reads least and keeps the recall, and what was looked at on the way. */
export interface RescoreFit extends IndexOptions {
  tried: (IndexOptions & { recall: Recall })[]
}

/** Of the twentieth queries that find least, each must still find this share. */
const leastP5 = 0.8
/** Depths tried grow by this factor. */
const growth = 1.25

/**
 * Bits if they keep the recall of exact search on these vectors, else int8, else f32; with the smallest depth of rescoring that does. Recall
 * only grows with depth, so depths are bisected. Exact search of all `queries` is the truth: 200 of them certify to about half a
 * point. Pure: the same vectors and queries give the same answer.
 */
export function fitRescore(
  vectors: Float32Array,
  dims: number,
  queries: readonly Float32Array[],
  goal: RescoreGoal,
): RescoreFit {
  const exact = openFlatIndex({ representation: 'f32', rescore: goal.k }, vectors, dims)
  const truth = queries.map((query) => exact.search(query, goal.k))
  const tried: RescoreFit['tried'] = []
  for (const representation of ['bit', 'int8'] as const) {
    const index = openFlatIndex({ representation, rescore: goal.k }, vectors, dims)
    const keeps = (rescore: number) => {
      index.rescore = rescore
      const recall = recallOf(index, queries, truth, goal.k)
      tried.push({ representation, rescore, recall })
      return recall.lowerBound >= goal.recall && recall.p5 >= leastP5
    }
    const rescore = smallest(steps(goal.k, Math.min(goal.deepest, index.size / 10), growth), keeps)
    if (rescore !== undefined) return { representation, rescore, tried }
  }
  return { representation: 'f32', rescore: goal.k, tried }
}
