import type { GuardResult, MetricName, Patch, Verdict } from '@tenfold/contracts'
import type { ArmSpec } from '@tenfold/harness'
import { seedOf } from '@tenfold/measure'
import { contest, lockQuality } from '@tenfold/proof'
import type { Goal, Guard, Trial } from './phase.ts'
import { choose, isLossy, retreats, samePatch, touchedGoals, touches } from './score.ts'
import { describePatch } from './search.ts'
import type { Session } from './session.ts'

export interface Proof {
  patch: Patch
  /** The goal that got worse, where one did. */
  worse?: MetricName
  accepted: boolean
  reason: string
  verdicts: Verdict[]
  guards: GuardResult[]
}

export interface PhaseContest {
  role: Verdict['role']
  change: Record<string, unknown>
  arms: readonly [ArmSpec, ArmSpec]
  metrics: readonly MetricName[]
  budgetMs: number
}

/** Compares two states on the check questions until decided; raw forks go to the session's samples. */
export async function judgeStates(
  session: Session,
  { role, change, arms, metrics, budgetMs }: PhaseContest,
): Promise<Verdict[]> {
  const { judged, lines } = await contest(session, {
    name: `${role}/${describePatch(change)}`,
    arms,
    metrics,
    budgetMs,
    maxForks: session.profile.maxForks,
    delta: session.noiseDelta,
    split: 'check',
    seed: seedOf(session.phase.id),
  })
  session.samples.push(...lines)
  return judged.map((each) => ({ ...each, role, change }))
}

/**
 * The best setting found; should it fail on the check questions, the same with less of what may cost quality. Where it made one goal worse
 * for another, the best of the trials that did not comes first.
 */
export async function proveBest(session: Session, trials: readonly Trial[]): Promise<Proof[]> {
  const proofs: Proof[] = []
  const best = choose(trials, session.phase)
  const waiting = best ? retreats(best) : []
  for (let patch = waiting.shift(); patch; patch = waiting.shift()) {
    const proof = await prove(session, patch)
    proofs.push(proof)
    if (proof.accepted) break
    const kinder = proof.worse && choose(sparing(proof.worse, trials), session.phase)
    if (!kinder) continue
    const isKnown = [...proofs.map((each) => each.patch), ...waiting].some((each) => samePatch(each, kinder))
    if (!isKnown) waiting.unshift(kinder)
  }
  return proofs
}

/** Trials that did not make this goal worse. */
export const sparing = (metric: MetricName, trials: readonly Trial[]): Trial[] =>
  trials.filter(({ ratios }) => (ratios[metric] ?? 1) <= 1)

/** Guards first, since a change that loses quality need not be timed; then the goals it touches. */
async function prove(session: Session, patch: Patch): Promise<Proof> {
  const { phase, incumbent } = session
  const arms = [session.arm(incumbent), session.arm({ ...incumbent, ...patch })] as const
  const guards = isLossy(patch) ? await checkGuards(session, arms, patch) : []
  const broken = guards.find((guard) => !guard.passed)
  if (broken) {
    const { metric, operator, bound, margin, n } = broken
    const reason = `${metric} ${operator} before is not shown: the bound is ${bound.toFixed(3)}, the margin ${margin}, ${n} questions`
    return { patch, accepted: false, reason: `${reason} (${describePatch(patch)})`, verdicts: [], guards }
  }
  const goals = touchedGoals(patch, phase)
  const metrics = goals.map((goal) => goal.metric)
  const { comparisonBudgetMs: budgetMs } = session.profile
  const verdicts = await judgeStates(session, { role: 'candidate', change: patch, arms, metrics, budgetMs })
  return { patch, ...decide(goals, verdicts), verdicts, guards }
}

/** At least one goal better by its smallest effect, none worse. */
export function decide(
  goals: readonly Goal[],
  verdicts: readonly Verdict[],
): Pick<Proof, 'accepted' | 'reason' | 'worse'> {
  const of = (goal: Goal) => verdicts.find((verdict) => verdict.metric === goal.metric)
  const worse = goals.find((goal) => of(goal)?.verdict === 'slower')
  if (worse) {
    const reason = `${worse.metric} got worse (×${of(worse)!.ratio.toFixed(3)})`
    return { accepted: false, reason, worse: worse.metric }
  }
  const better = goals.filter((goal) => of(goal)?.verdict === 'faster' && of(goal)!.ratio <= 1 - goal.minEffect)
  if (better.length === 0) {
    const said = verdicts.map((verdict) => `${verdict.metric} ${verdict.verdict} (×${verdict.ratio.toFixed(3)})`)
    return { accepted: false, reason: `no goal was proven better: ${said.join(', ') || 'none was touched'}` }
  }
  return { accepted: true, reason: better.map((goal) => `${goal.metric} ×${of(goal)!.ratio.toFixed(3)}`).join(', ') }
}

/** Rankings first; answers, which take seconds each, only when rankings hold and the change can touch an answer. */
async function checkGuards(session: Session, arms: readonly [ArmSpec, ArmSpec], patch: Patch): Promise<GuardResult[]> {
  const isOfAnswers = ({ metric }: Guard) => metric === 'quality.answerCorrect'
  const rounds = [{ answers: 0, guards: session.phase.guards.filter((guard) => !isOfAnswers(guard)) }]
  if (touches(patch, 'answer'))
    rounds.push({ answers: session.profile.answers, guards: session.phase.guards.filter(isOfAnswers) })
  const checked: GuardResult[] = []
  for (const { answers, guards } of rounds) {
    if (guards.length === 0 || checked.some((guard) => !guard.passed)) continue
    const name = `guard/${describePatch(patch)}`
    const { results, lines } = await lockQuality(session, { name, arms, guards, answers, split: 'check' })
    session.samples.push(...lines)
    checked.push(...results)
  }
  return checked
}
