import { median } from '@tenfold/measure'
import { speedup, type Times } from './race.ts'

interface Row {
  what: string
  goal: string
  measured: number | null
  interval: [number, number] | null
  met: boolean
  why: string
}

/** What the bench found, in the order it was found. */
export const rows: Row[] = []
export const round = (value: number) => Number(value.toPrecision(4))

/** A row for a ratio: how many times `slower` takes what `faster` takes. */
export function ratio(
  what: string,
  goal: number,
  times: Times,
  [slower, faster]: [string, string],
  why: string,
  unit = 'x',
): void {
  if (!times[slower]) {
    absent(what, `≥ ${goal} ${unit}`, `not available here: ${slower}`)
    return
  }
  const { ratio, interval } = speedup(times[slower], times[faster]!)
  const [a, b] = [round(median(times[slower])), round(median(times[faster]!))]
  const told = `${slower} ${a} ms, ${faster} ${b} ms; ${why}`
  rows.push({
    what,
    goal: `≥ ${goal} ${unit}`,
    measured: round(ratio),
    interval: [round(interval[0]), round(interval[1])],
    met: interval[0] >= goal,
    why: told,
  })
}
export function absent(what: string, goal: string, why: string): void {
  rows.push({ what, goal, measured: null, interval: null, met: false, why })
}
