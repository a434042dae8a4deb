import { median } from '@tenfold/measure'

/** One line of the outcome; a figure without a goal is there to be compared with. */
export interface Row {
  what: string
  goal: string | null
  measured: number | string | null
  interval: [number, number] | null
  met: boolean | null
  why: string
}

export const rounded = (value: number): number => Number(value.toPrecision(3))

/** Row of a ratio measured once a round: its median, and the range of the rounds. */
export function ratioRow(
  what: string,
  goal: { least: number } | { most: number } | null,
  ratios: readonly number[],
  why: string,
): Row {
  const ratio = median(ratios)
  const met = goal && ('least' in goal ? ratio >= goal.least : ratio <= goal.most)
  return {
    what,
    goal: goal && ('least' in goal ? `≥ ${goal.least} ×` : `≤ ${goal.most} ×`),
    measured: rounded(ratio),
    interval: [rounded(Math.min(...ratios)), rounded(Math.max(...ratios))],
    met,
    why: `${why}; median of ${ratios.length} rounds, the interval is their range`,
  }
}
