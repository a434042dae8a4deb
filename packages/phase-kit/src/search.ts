import { messageOf, type Patch, PipelineError, parseConfig } from '@tenfold/contracts'
import { measureFork, type QualityTable } from '@tenfold/harness'
import { logRatioOf, mean, seedOf } from '@tenfold/measure'
import { aggregateOf } from '@tenfold/proof'
import type { Trial } from './phase.ts'
import { isLossy, lossyPart, touchedGoals } from './score.ts'
import type { Session } from './session.ts'

/** Asks the phase for settings and tries each against the incumbent, until it has no more to propose. */
export async function search(session: Session, facts: Record<string, unknown>): Promise<Trial[]> {
  const { phase, incumbent, profile } = session
  const trials: Trial[] = []
  const accepted = session.accepted
  for (;;) {
    const offered = session.offered()
    const patch = phase.propose?.({
      incumbent,
      trials,
      facts,
      profile,
      ...(offered ? { offered } : {}),
      accepted,
      seed: seedOf(session.runId),
    })
    if (!patch) return trials
    checkRange(session, patch)
    trials.push(await tryOut(session, patch, trials.length))
  }
}

function checkRange({ phase, incumbent }: Session, patch: Patch): void {
  const foreign = Object.keys(patch).find((key) => !phase.knobs.some((own) => own === key))
  if (foreign)
    throw new PipelineError(
      'CONFIG_UNKNOWN_KEY',
      `the ${phase.id} phase proposed ${foreign}`,
      `its knobs are ${phase.knobs.join(', ')}`,
    )
  parseConfig(patch, incumbent)
}

async function tryOut(session: Session, patch: Patch, index: number): Promise<Trial> {
  const { phase, incumbent } = session
  const what = `trial ${index + 1}: ${describePatch(patch)}`
  const arms = [session.arm(incumbent), session.arm({ ...incumbent, ...patch })] as const
  const options = { seed: seedOf(`${phase.id} trial ${index}`), split: 'tune', what } as const
  try {
    const metrics = touchedGoals(patch, phase).map((goal) => goal.metric)
    const forks = await measureFork(session, arms, metrics, options)
    const ratios = metrics.map((metric) => [metric, Math.exp(logRatioOf(forks[metric]!, aggregateOf(metric)))])
    const losses = isLossy(patch) && phase.guards.length > 0 ? await qualityLosses(session, patch, what) : {}
    return { patch, state: 'measured', ratios: Object.fromEntries(ratios), losses }
  } catch (error) {
    if (error instanceof PipelineError && error.code === 'INTERRUPTED') throw error
    session.warnings.push(`${what} failed: ${messageOf(error)}`)
    return { patch, state: 'failed', ratios: {}, losses: {}, error: messageOf(error) }
  }
}

/** Graded with the lossy part of the change alone: the rest cannot move it, and the same part is graded once. */
async function qualityLosses(session: Session, patch: Patch, what: string): Promise<Record<string, number>> {
  const { incumbent } = session
  const arms = [session.arm(incumbent), session.arm({ ...incumbent, ...lossyPart(patch) })]
  const { results } = await session.job(arms, [{ kind: 'quality', answers: 0 }], what)
  const table: QualityTable = results[0]?.kind === 'quality' ? results[0].table : {}
  return Object.fromEntries(
    Object.entries(table).map(([metric, [before, after]]) => [metric, mean(after ?? []) - mean(before ?? [])]),
  )
}

export const describePatch = (patch: Record<string, unknown>): string =>
  Object.entries(patch)
    .map(([key, value]) => `${key} ${value}`)
    .join(', ')
