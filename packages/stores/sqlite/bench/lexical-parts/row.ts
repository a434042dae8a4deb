/** One line of the outcome; a figure without a goal is there to be compared with. */
export interface Row {
  what: string
  goal: string | null
  measured: number | null
  interval: [number, number] | null
  met: boolean | null
  why: string
}

export const rounded = (value: number, digits = 3): number => Number(value.toFixed(digits))

export const absent = (what: string, goal: string | null, why: string): Row => ({
  what,
  goal,
  measured: null,
  interval: null,
  met: goal === null ? null : false,
  why,
})
