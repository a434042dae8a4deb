/** A goal and what came of it. `measured` null: not available here, `why` says what is missing. */
export interface Row {
  what: string
  goal: string
  measured: number | string | null
  interval: [number, number] | null
  met: boolean
  why: string
}

export const mb = (bytes: number): string => `${Math.round(bytes / 1e6)} MB`
export const percent = (share: number): number => Number((100 * share).toFixed(1))

export const absent = (what: string, goal: string, why: string): Row => ({
  what,
  goal,
  measured: null,
  interval: null,
  met: false,
  why: `not available here: ${why}`,
})
