import { median } from '@tenfold/measure'
import { speedup, type Times } from './race.ts'

interface Row {
  what: string
  /** null: a figure for comparison, no goal hangs on it. */
  goal: string | null
  measured: number | null
  interval: [number, number] | null
  met: boolean | null
  why: string
}

/** What the bench found, in the order it was found. */
export const rows: Row[] = []
export const round = (value: number) => Number(value.toPrecision(4))

/** What stands in the way where a goal is missed. */
const limits: Record<string, string> = {
  int8: 'a cache line of codes takes more instructions than one of f32, so the processor has fewer reads under way at once when codes come from memory',
  bit: 'the others evict the codes: the first two questions of a block of 8 took 1.0 and 0.9 ms, the rest 0.55 (medians of 60 blocks); that rest is the scan, 0.43 ms, and reading the f32 rows of candidates',
}

/** A row for a ratio: how many times `slower` takes what `faster` takes. */
export function ratio(
  what: string,
  goal: number | null,
  times: Times,
  [slower, faster]: [string, string],
  why: string,
  unit = 'x',
): void {
  const wanted = goal === null ? null : `≥ ${goal} ${unit}`
  if (!times[slower]) {
    absent(what, wanted, `not available here: ${slower}`)
    return
  }
  const { ratio, interval } = speedup(times[slower], times[faster]!)
  const [a, b] = [round(median(times[slower])), round(median(times[faster]!))]
  const met = goal === null ? null : interval[0] >= goal
  const limit = met === false && limits[faster] ? `${limits[faster]}; ` : ''
  rows.push({
    what,
    goal: wanted,
    measured: round(ratio),
    interval: [round(interval[0]), round(interval[1])],
    met,
    why: `${slower} ${a} ms, ${faster} ${b} ms; ${limit}${why}`,
  })
}

export function absent(what: string, goal: string | null, why: string): void {
  rows.push({ what, goal, measured: null, interval: null, met: false, why })
}
