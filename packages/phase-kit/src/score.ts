import { type Config, type KnobKey, knobs, type Patch, type WorkloadName, workloadOf } from '@tenfold/contracts'
import type { Evidence, Phase, Trial } from './phase.ts'

type Judged = Pick<Phase, 'goals' | 'guards'>

/** Sum over goals of ln(candidate ÷ incumbent): below 0 is better. A ranking for the search, never a claim. */
export function scoreOf(trial: Trial, { goals }: Judged): number {
  return goals.reduce((sum, { metric }) => sum + Math.log(trial.ratios[metric] ?? 1), 0)
}

/** No guarded metric lost more than its margin on the questions the search may look at. */
export function isFeasible(trial: Trial, { guards }: Judged): boolean {
  const keeps = ({ metric, operator, margin }: Phase['guards'][number]) => {
    const difference = trial.losses[metric] ?? 0
    return operator === '>=' ? difference >= -margin : difference <= margin
  }
  return trial.state === 'measured' && guards.every(keeps)
}

/** A trial must beat what is best so far by this much, or the simpler setting stays. */
const worthwhile = 0.03

/** The best patch of all trials, or undefined when nothing beat the incumbent. */
export function choose(trials: readonly Trial[], phase: Judged): Patch | undefined {
  const better = trials.filter((trial) => isFeasible(trial, phase) && scoreOf(trial, phase) < -worthwhile)
  return better.sort((a, b) => scoreOf(a, phase) - scoreOf(b, phase))[0]?.patch
}

/** Tries those of `steps` that the target offers one after another, each on top of what was best so far. Pure: replays its own past decisions. */
export function greedy(
  steps: readonly Patch[],
  { incumbent, trials, offered }: Pick<Evidence, 'incumbent' | 'trials' | 'offered'>,
  phase: Judged,
): Patch | undefined {
  let best: Patch = {}
  let bestScore = 0
  const tried: Patch[] = []
  for (const step of steps) {
    if (offered && !Object.keys(step).every((key) => offered.some((own) => own === key))) continue
    const patch = without({ ...best, ...step }, incumbent)
    if (Object.keys(patch).length === 0 || tried.some((other) => samePatch(patch, other))) continue
    const trial = trials[tried.length]
    if (!trial) return patch
    tried.push(patch)
    const score = scoreOf(trial, phase)
    if (isFeasible(trial, phase) && score < bestScore - worthwhile) {
      best = patch
      bestScore = score
    }
  }
  return undefined
}

/** `patch` less the keys that already have that value. */
function without(patch: Patch, incumbent: Config): Patch {
  const keys = (Object.keys(patch) as KnobKey[]).filter((key) => patch[key] !== incumbent[key])
  return Object.fromEntries(keys.map((key) => [key, patch[key]])) as Patch
}

export const samePatch = (a: Patch, b: Patch): boolean => {
  const keys = Object.keys({ ...a, ...b }) as KnobKey[]
  return keys.every((key) => a[key] === b[key])
}

/** Can this change move figures of that workload? */
export function touches(patch: Patch, workload: WorkloadName): boolean {
  return (Object.keys(patch) as KnobKey[]).some((key) => knobs[key].affects.some((name) => name === workload))
}

/** The phase's goals that this change can touch. */
export const touchedGoals = (patch: Patch, { goals }: Pick<Phase, 'goals'>): Phase['goals'] =>
  goals.filter(({ metric }) => touches(patch, workloadOf(metric)))

/** The keys of a change that may move results. */
export function lossyPart(patch: Patch): Patch {
  const keys = (Object.keys(patch) as KnobKey[]).filter((key) => knobs[key].lossy)
  return Object.fromEntries(keys.map((key) => [key, patch[key]])) as Patch
}

export const isLossy = (patch: Patch): boolean => Object.keys(lossyPart(patch)).length > 0

/**
 * `patch`, then without each key that may cost quality, and without the lossless ones too, since they were found beside it and may pay
 * with it alone (threads of an int8 encoder are not those of fp32); then without all lossy ones. Each once, none empty.
 */
export function retreats(patch: Patch): Patch[] {
  const keys = Object.keys(patch) as KnobKey[]
  const lossy = keys.filter((key) => knobs[key].lossy)
  const lossless = keys.filter((key) => !knobs[key].lossy)
  const without = (dropped: readonly KnobKey[]) =>
    Object.fromEntries(keys.filter((key) => !dropped.includes(key)).map((key) => [key, patch[key]])) as Patch
  const all = [patch, ...lossy.flatMap((key) => [without([key]), without([key, ...lossless])]), without(lossy)].filter(
    (each) => Object.keys(each).length > 0,
  )
  return all.filter((each, i) => all.findIndex((other) => samePatch(each, other)) === i)
}
