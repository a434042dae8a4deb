import type { Handoff, TargetRow } from '@tenfold/contracts'
import { lastLook, numberAt } from './evidence.ts'
import { percentText } from './words.ts'

const wanted = 0.6

export interface HitRates {
  /** Share of the stream of check questions answered by a cache, in the final system. */
  measured: number | undefined
  /** What any exact cache of any size could answer of the same stream. */
  bound: number | undefined
  /** On the stream of tune questions, what the caches reached. */
  tune: number | undefined
}

export function hitRates(tuner: Handoff, cache: Handoff): HitRates {
  const look = lastLook(cache)
  return {
    measured: (tuner.after['stream.hitRate'] ?? tuner.before['stream.hitRate'])?.mean,
    tune: numberAt(look, 'hitRate'),
    bound: (tuner.after['stream.hitRateBound'] ?? tuner.before['stream.hitRateBound'])?.mean,
  }
}

/** The hit rate beside what any cache could reach: a goal above that bound is missed by the stream, not by the cache. */
export function hitRateRow(tuner: Handoff, cache: Handoff): TargetRow {
  const row = { what: 'cache hit rate', requirement: 'S2-43', goal: percentText(wanted), interval: null }
  const { measured, bound } = hitRates(tuner, cache)
  if (measured === undefined)
    return { ...row, measured: 'not measured', met: false, why: 'no stream of questions was asked' }
  const ceiling =
    bound === undefined
      ? 'the bound was not measured'
      : `at most ${percentText(bound, 1)} of this stream can be answered by any exact cache`
  const met = measured >= wanted
  const runs = (tuner.after['stream.hitRate'] ?? tuner.before['stream.hitRate'])?.n ?? 0
  const off = measured === 0 ? 'no cache answered; ' : ''
  const reason =
    bound !== undefined && bound < wanted ? `the goal is out of reach of any exact cache: ${ceiling}` : ceiling
  return {
    ...row,
    measured: `${percentText(measured, 1)} of the stream, mean of ${runs} runs`,
    met,
    why: met ? ceiling : `${off}${reason}`,
  }
}
