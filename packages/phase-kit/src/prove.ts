import {
  type GuardResult,
  type MetricName,
  type Patch,
  type Protocol,
  type Verdict,
  workloadOf,
} from '@tenfold/contracts'
import { compare, median, nonInferior, seedOf } from '@tenfold/measure'
import type { ArmSpec } from './job.ts'
import { measureFork } from './measure-arms.ts'
import type { Goal, Guard } from './phase.ts'
import { isLossy, retreats, touchedGoals, touches } from './score.ts'
import { aggregateOf, describePatch } from './search.ts'
import type { Session } from './session.ts'
import { workloads } from './workloads/index.ts'

export interface Proof {
  patch: Patch
  accepted: boolean
  reason: string
  verdicts: Verdict[]
  guards: GuardResult[]
}

const alpha = 0.05
/** Memory comes from a process per arm: differences below 5 % are not claimed. */
const ownProcessDelta = 0.05

function protocolOf(metric: MetricName, maxForks: number): Protocol {
  const workload = Object.values(workloads).find((workload) => workload.name === workloadOf(metric))
  return {
    aggregate: aggregateOf(metric),
    isolation: workload?.isolation ?? 'own-process',
    alpha,
    delta: workload?.delta ?? ownProcessDelta,
    maxForks,
  }
}

export interface Contest {
  role: Verdict['role']
  change: Record<string, unknown>
  arms: readonly [ArmSpec, ArmSpec]
  metrics: readonly MetricName[]
  budgetMs: number
}

/** Compares two states on the check questions until decided; raw forks go to the session's samples. */
export async function contest(
  session: Session,
  { role, change, arms, metrics, budgetMs }: Contest,
): Promise<Verdict[]> {
  const name = `${role} ${describePatch(change)}`
  const protocols = Object.fromEntries(metrics.map((metric) => [metric, protocolOf(metric, session.profile.maxForks)]))
  const { forks, judgements } = await compare({
    protocols,
    budgetMs,
    runFork: (index, open) =>
      measureFork(session, arms, open, {
        seed: seedOf(`${session.phase.id} ${name} ${index}`),
        split: 'check',
        what: `${name}: fork ${index + 1}`,
      }),
  })
  return metrics.map((metric) => {
    const samples = `${role}/${describePatch(change)}/${metric}`
    const measured = forks[metric]!
    session.samples.push({ kind: 'forks', id: samples, forks: measured })
    const arm = (side: 'a' | 'b') => median(measured.flatMap((fork) => fork.pairs.flatMap((pair) => pair[side])))
    const { verdict, ratio, interval, forks: count } = judgements[metric]!
    return {
      role,
      metric,
      change,
      verdict,
      ratio,
      interval,
      forks: count,
      beforeP50: arm('a'),
      afterP50: arm('b'),
      protocol: protocols[metric]!,
      split: 'check',
      samples,
    }
  })
}

/** The best setting found; should it fail on the check questions, the same with less of what may cost quality. */
export async function proveBest(session: Session, best: Patch | undefined): Promise<Proof[]> {
  const proofs: Proof[] = []
  for (const patch of best ? retreats(best) : []) {
    const proof = await prove(session, patch)
    proofs.push(proof)
    if (proof.accepted) break
  }
  return proofs
}

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
  const verdicts = await contest(session, { role: 'candidate', change: patch, arms, metrics, budgetMs })
  return { patch, ...decide(goals, verdicts), verdicts, guards }
}

/** At least one goal better by its smallest effect, none worse. */
export function decide(goals: readonly Goal[], verdicts: readonly Verdict[]): { accepted: boolean; reason: string } {
  const of = (goal: Goal) => verdicts.find((verdict) => verdict.metric === goal.metric)
  const worse = verdicts.find((verdict) => verdict.verdict === 'slower')
  if (worse) return { accepted: false, reason: `${worse.metric} got worse (×${worse.ratio.toFixed(3)})` }
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
    const name = describePatch(patch)
    const { results } = await session.job(arms, [{ kind: 'quality', answers }], `quality of ${name}`, {
      split: 'check',
    })
    const table = results[0]?.kind === 'quality' ? results[0].table : {}
    for (const { metric, operator, margin } of guards) {
      const [before = [], after = []] = table[metric] ?? []
      if (before.length === 0) continue
      const samples = `guard/${name}/${metric}`
      session.samples.push({ kind: 'paired', id: samples, before, after })
      checked.push({
        metric,
        operator,
        margin,
        ...nonInferior(before, after, operator, margin),
        n: before.length,
        samples,
      })
    }
  }
  return checked
}
