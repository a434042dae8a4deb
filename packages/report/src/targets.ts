import type { Handoff, SampleLine, TargetRow, Verdict } from '@tenfold/contracts'
import { quantile, tailRatioInterval } from '@tenfold/measure'
import { formatMetric } from '@tenfold/phase-kit'
import { type Handoffs, valuesOf } from './evidence.ts'
import { hitRateRow } from './target-caches.ts'
import { outOfMemoryRow } from './target-memory.ts'
import { intervalText, ratioText, verdictWord } from './words.ts'

/** The goals of phase 10, each with what was measured and, when missed, why. */
export function targetRows(handoffs: Handoffs, samples: readonly SampleLine[]): TargetRow[] {
  const { tuner } = handoffs
  const changed = Object.keys(tuner.changes).length > 0
  const tail = (state: string) => valuesOf(samples, `${state}/query.ms`)
  return [
    ...gains.map((gain) => gainRow(gain, totalOf(tuner, gain.metric), changed)),
    hitRateRow(tuner, handoffs.cache),
    outOfMemoryRow(handoffs),
    tailRow(tail('before'), tail('after')),
  ]
}

/** The comparison of the first configuration with the final one on `metric`. */
export function totalOf(tuner: Pick<Handoff, 'verdicts'>, metric: string): Verdict | undefined {
  return tuner.verdicts.find((verdict) => verdict.role === 'total' && verdict.metric === metric)
}

export interface Gain {
  what: string
  requirement: string
  metric: string
  goal: string
  /** Largest ratio after ÷ before that reaches the goal. */
  atMost: number
}

export const gains: readonly Gain[] = [
  { what: 'peak memory', requirement: 'S2-40', metric: 'memory.peakPrivateBytes', goal: '30 % less', atMost: 0.7 },
  { what: 'embedding throughput', requirement: 'S2-41', metric: 'embed.ms', goal: '25 % more', atMost: 1 / 1.25 },
  { what: 'first token', requirement: 'S2-42', metric: 'answer.firstTokenMs', goal: '40 % sooner', atMost: 0.6 },
]

/** Met only when the gain is proven and the measured ratio reaches the goal. */
export function gainRow(gain: Gain, total: Verdict | undefined, changed: boolean): TargetRow {
  const { what, requirement, goal, metric, atMost } = gain
  const row = { what, requirement, goal }
  if (!total) {
    const why = changed
      ? `no accepted change touches ${metric}`
      : 'no change was proven better, so the final system is the first one'
    return { ...row, measured: changed ? 'not compared' : 'nothing changed', interval: null, met: false, why }
  }
  const measured = `${formatMetric(metric, total.beforeP50)} → ${formatMetric(metric, total.afterP50)}, ${ratioText(total.ratio)}`
  const reached = total.ratio <= atMost
  return {
    ...row,
    measured,
    interval: total.interval,
    met: total.verdict === 'faster' && reached,
    why: whyGain(total, atMost, reached),
  }
}

function whyGain(total: Verdict, atMost: number, reached: boolean): string {
  const { verdict, interval, forks, ratio } = total
  const wanted = ratioText(atMost)
  const [low, high] = interval
  if (verdict !== 'faster') {
    const said = `${verdictWord(total)} after ${forks} forks, interval ${intervalText(interval)}`
    return reached ? `${said}: the ratio reaches ${wanted}, but is not proven` : `${said}: ${wanted} was wanted`
  }
  if (!reached) {
    const near = low !== null && low <= atMost ? ', though its interval reaches that' : ''
    return `proven ${verdictWord(total)}, but ${ratioText(ratio)} is less of a gain than the ${wanted} wanted${near}`
  }
  if (high !== null && high <= atMost) return `proven, and the whole interval reaches ${wanted}`
  return `proven ${verdictWord(total)}, and the ratio reaches ${wanted}; its interval does not (up to ${high === null ? 'open' : ratioText(high)})`
}

/** Below this many pairs a p95 says too little (see `tailRatioInterval`). */
const tailPairs = 400
const tailAtMost = 0.8

/** p95 of a question. Claimed only when the whole interval of the ratio clears the goal. */
export function tailRow(before: readonly number[] | undefined, after: readonly number[] | undefined): TargetRow {
  const row = { what: 'p95 of a question', requirement: 'S0-15', goal: '20 % less' }
  if (!before || !after) {
    const why = before
      ? 'the final system is the first one, so there was one state to measure'
      : 'no questions were timed'
    return { ...row, measured: before ? 'nothing changed' : 'not measured', interval: null, met: false, why }
  }
  const [was, is] = [quantile(before, 0.95), quantile(after, 0.95)]
  const measured = `${formatMetric('query.ms', was)} → ${formatMetric('query.ms', is)}, ${ratioText(is / was)}`
  const n = Math.min(before.length, after.length)
  if (before.length !== after.length || n < tailPairs) {
    return {
      ...row,
      measured,
      interval: null,
      met: false,
      why: `not claimed: ${n} paired questions, ${tailPairs} are needed for a p95`,
    }
  }
  const interval = tailRatioInterval(before, after)
  const met = interval[1] <= tailAtMost
  const said = `${n} paired questions, 95 % interval of the ratio ${intervalText(interval)}`
  return {
    ...row,
    measured,
    interval,
    met,
    why: met
      ? `${said}: all of it at or below ${ratioText(tailAtMost)}`
      : `not claimed: ${said}, ${ratioText(tailAtMost)} wanted`,
  }
}
