import { isMetricName, metrics, type Verdict } from '@tenfold/contracts'

export const ratioText = (ratio: number): string => `×${ratio.toFixed(3)}`

/** `[0.612, 0.701]`; what too few forks could not bound is `open` or `?`. Ratios have three digits, larger figures none. */
export function intervalText(interval: readonly (number | null)[] | null): string {
  if (!interval) return ''
  if (interval.every((bound) => bound === null)) return 'interval open'
  const digits = interval.some((bound) => bound !== null && Math.abs(bound) >= 100) ? 0 : 3
  return `[${interval.map((bound) => bound?.toFixed(digits) ?? '?').join(', ')}]`
}

export const percentText = (share: number, digits = 0): string => `${(100 * share).toFixed(digits)} %`

/** `faster` and `slower` speak of time; of bytes it is `smaller` and `larger`. */
export function verdictWord({ verdict, metric }: Pick<Verdict, 'verdict' | 'metric'>): string {
  const isBytes = isMetricName(metric) && metrics[metric].unit === 'bytes'
  if (isBytes && verdict === 'faster') return 'smaller'
  return isBytes && verdict === 'slower' ? 'larger' : verdict
}

export function durationText(ms: number): string {
  const seconds = Math.round(ms / 1000)
  if (seconds < 1) return `${ms.toFixed(0)} ms`
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  return minutes < 60 ? `${minutes} min ${seconds % 60} s` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

export function bytesText(bytes: number): string {
  const steps = ['B', 'KiB', 'MiB', 'GiB']
  const step = Math.min(steps.length - 1, Math.max(0, Math.floor(Math.log2(Math.max(1, Math.abs(bytes))) / 10)))
  const value = bytes / 1024 ** step
  return `${step === 0 ? Math.round(value) : value.toPrecision(3)} ${steps[step]}`
}

export const changeText = (change: Readonly<Record<string, unknown>>): string =>
  Object.entries(change)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')

/** 11107674 as 11,107,674. */
export const grouped = (count: number): string => count.toLocaleString('en-US')

export const countText = (count: number, one: string, many = `${one}s`): string =>
  `${grouped(count)} ${count === 1 ? one : many}`
