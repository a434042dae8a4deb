import { median, quantile } from '@tenfold/measure'

export interface Slope {
  /** Bytes per query. */
  median: number
  low: number
  high: number
}

/**
 * Theil-Sen slope of memory over queries: the median of all pairwise slopes, which neither one garbage collection nor one
 * page fault can move, with a 95 % interval from Kendall's S (Sen 1968).
 */
export function growthPerQuery(points: readonly { query: number; bytes: number }[]): Slope {
  const slopes: number[] = []
  for (let i = 0; i < points.length; i++) {
    for (let j = i + 1; j < points.length; j++) {
      slopes.push((points[j]!.bytes - points[i]!.bytes) / (points[j]!.query - points[i]!.query))
    }
  }
  const n = points.length
  const spread = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18)
  const share = Math.min(0.5, spread / (2 * slopes.length))
  return { median: median(slopes), low: quantile(slopes, 0.5 - share), high: quantile(slopes, 0.5 + share) }
}
