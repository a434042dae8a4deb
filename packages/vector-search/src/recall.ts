import { mean, nonInferior, quantile, shareInterval } from '@tenfold/measure'
import type { FlatIndex, Neighbours } from './types.ts'

/** recall@k of an index against exact search, over queries. */
export interface Recall {
  mean: number
  /** One-sided 95 % bound of the mean. */
  lowerBound: number
  /** Only one query in twenty finds less. */
  p5: number
}

/** Engines add the products in different orders: scores that differ by less than this share are one score. */
const rounding = 1e-5

/**
 * How much of the exact top k does `index` find? A row counts as found when it scores no less than the exact kth, so equal vectors
 * stand for each other. The bound is the lower of two: a bootstrap over queries (Efron and Tibshirani 1993), and Wilson's interval
 * of all neighbours, which stays below 1 where every query finds all.
 */
export function recallOf(
  index: Pick<FlatIndex, 'search'>,
  queries: readonly Float32Array[],
  truth: readonly Neighbours[],
  k: number,
): Recall {
  const shares = queries.map((query, i) => {
    const last = truth[i]!.scores.at(-1) ?? 0
    const least = last - rounding * Math.abs(last)
    const found = index.search(query, k).scores.filter((score) => score >= least).length
    return truth[i]!.rows.length === 0 ? 1 : found / truth[i]!.rows.length
  })
  const certain = shares.map(() => 1)
  const wanted = truth.reduce((sum, { rows }) => sum + rows.length, 0)
  const bootstrap = 1 + nonInferior(certain, shares, '>=', 0).bound
  const [wilson] = shareInterval(mean(shares) * wanted, wanted)
  return { mean: mean(shares), lowerBound: Math.min(bootstrap, wilson), p5: quantile(shares, 0.05) }
}
