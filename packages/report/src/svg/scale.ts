/** Maps a value to a place in percent of the width, cut off at both ends. */
export type Scale = (value: number) => number

const within = (place: number) => Math.round(Math.min(100, Math.max(0, place)) * 100) / 100

/** `low` … `high` to 0 … 100; a range without width puts everything in the middle. */
export function linearScale(low: number, high: number): Scale {
  return (value) => (high > low ? within((100 * (value - low)) / (high - low)) : 50)
}

/** The same on a logarithmic axis, for ratios: ×0.5 lies as far from 1 as ×2. Bounds must be above 0. */
export function logScale(low: number, high: number): Scale {
  const linear = linearScale(Math.log(low), Math.log(high))
  return (value) => (value > 0 ? linear(Math.log(value)) : 0)
}

/** Round ratios that lie inside `low` … `high`, for the axis. */
export function ratioTicks(low: number, high: number): number[] {
  const inside = (ticks: readonly number[]) => ticks.filter((tick) => tick >= low * 0.999 && tick <= high * 1.001)
  const coarse = inside([0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100])
  const fine = inside([0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.25, 1.5, 2])
  return high / low > 4 ? coarse : fine
}

/** The range of a ratio axis: all values and 1, with a little room on both sides. */
export function ratioRange(values: readonly number[]): [number, number] {
  const usable = values.filter((value) => value > 0 && Number.isFinite(value))
  return [Math.min(0.9, ...usable) / 1.06, Math.max(1.1, ...usable) * 1.06]
}

/** Counts of `values` in `bins` equal steps from `low` to `high`; what lies outside goes into the outermost. */
export function histogram(values: readonly number[], low: number, high: number, bins: number): number[] {
  const counts = new Array<number>(bins).fill(0)
  for (const value of values) {
    const bin = high > low ? Math.floor(((value - low) / (high - low)) * bins) : 0
    counts[Math.min(bins - 1, Math.max(0, bin))]!++
  }
  return counts
}
