import type { Summary } from '@tenfold/contracts'

/** Quantile by linear interpolation between order statistics (Hyndman-Fan type 7). `q` in [0, 1]; NaN for no values. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = Float64Array.from(values).sort()
  const position = (sorted.length - 1) * q
  const low = Math.floor(position)
  const below = sorted[low]
  const above = sorted[Math.min(low + 1, sorted.length - 1)]
  if (below === undefined || above === undefined) return Number.NaN
  return below + (above - below) * (position - low)
}

export const median = (values: readonly number[]): number => quantile(values, 0.5)

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** Sample standard deviation (n − 1); 0 for fewer than two values. */
export function standardDeviation(values: readonly number[]): number {
  if (values.length < 2) return 0
  const centre = mean(values)
  return Math.sqrt(values.reduce((sum, value) => sum + (value - centre) ** 2, 0) / (values.length - 1))
}

/** Smallest samples from which a tail is quoted: below them a percentile is one or two samples. */
const tailSamples = { p95: 20, p99: 100 }

/** The derived figures of one list of samples, stored under the id `samples`. */
export function summarize(samples: string, values: readonly number[]): Summary {
  return {
    samples,
    n: values.length,
    mean: mean(values),
    stdev: standardDeviation(values),
    min: quantile(values, 0),
    max: quantile(values, 1),
    p50: median(values),
    p95: values.length >= tailSamples.p95 ? quantile(values, 0.95) : null,
    p99: values.length >= tailSamples.p99 ? quantile(values, 0.99) : null,
  }
}
