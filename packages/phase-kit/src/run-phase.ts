import { diffConfig, type Handoff, type Patch, phaseFiles, type Verdict } from '@tenfold/contracts'
import type { Facts } from '@tenfold/harness'
import { measureNoiseFloor } from '@tenfold/proof'
import { attribute } from './attribute.ts'
import { describeStates, keepSamples } from './describe-state.ts'
import type { Phase } from './phase.ts'
import { proveBest } from './prove.ts'
import { search } from './search.ts'
import { openSession, type Session, type SessionOptions } from './session.ts'

/** One phase from its upstream handoffs to its own. */
export async function runPhase(phase: Phase, options: SessionOptions): Promise<Handoff> {
  const session = await openSession(phase, options)
  const { incumbent } = session
  const floor = phase.id === 'baseline' ? await noiseFloorOf(session) : []
  const found = await inspect(session, session.arm(incumbent))
  const trials = await search(session, found.details)
  const proofs = await proveBest(session, trials)
  const proven = proofs.find((proof) => proof.accepted)
  const config = proven ? { ...incumbent, ...proven.patch } : incumbent
  const whole = phase.attribute ? await attribute(session, config) : undefined
  const reference = whole ? session.first : incumbent
  const finalArm = whole?.finalArm ?? session.arm(config)
  const changes = diffConfig(reference, config)
  const changed = Object.keys(changes).length > 0
  const changedTo = Object.fromEntries(Object.entries(changes).map(([key, { to }]) => [key, to])) as Patch
  const after = changed ? await inspect(session, finalArm) : undefined
  const arms = changed ? [session.arm(reference), finalArm] : [session.arm(reference)]
  const decided = whole?.verdicts.filter((verdict) => verdict.role === 'total') ?? proven?.verdicts ?? []
  const [before = {}, later = {}] = await describeStates(session, arms, changedTo, decided)
  const built = Object.fromEntries(
    Object.entries(phase.id === 'baseline' ? session.built : {}).map(([metric, value]) => [metric, [value]]),
  )
  Object.assign(before, keepSamples(session, 'inspected', { ...found.samples, ...built }))
  if (after?.samples) Object.assign(later, keepSamples(session, 'inspected after', after.samples))
  const handoff: Handoff = {
    schema: 'tenfold.handoff/1',
    phase: phase.id,
    runId: session.runId,
    createdAt: new Date().toISOString(),
    upstream: session.upstream,
    target: session.target,
    config,
    changes,
    outcome: phase.propose ? (proven ? 'improved' : 'unchanged') : 'measured',
    reason:
      proven?.reason ??
      proofs.at(-1)?.reason ??
      (phase.propose ? nothingBetter(trials.length) : 'observed, nothing changed'),
    before,
    after: later,
    verdicts: [...floor, ...proofs.flatMap((proof) => proof.verdicts), ...(whole?.verdicts ?? [])],
    guards: proofs.flatMap((proof) => proof.guards),
    trials: session.store.writeLines(`${phaseFiles[phase.id]}_trials.ndjson`, trials),
    samples: session.store.writeLines(`${phaseFiles[phase.id]}_samples.ndjson`, session.samples),
    conditions: session.conditions,
    warnings: [...session.warnings, ...(found.warnings ?? [])],
    ledger: session.runner.ledger(),
    details: {
      before: found.details,
      ...(after ? { after: after.details } : {}),
      ...(whole ? { ingest: whole.ingest } : {}),
    },
  }
  const finished = phase.finish?.(handoff, session.store.root) ?? handoff
  session.store.write(finished)
  session.report.end()
  return finished
}

/** Phase 8 compares the system with itself, so that the phases after it know what this machine can tell apart. */
async function noiseFloorOf(session: Session): Promise<Verdict[]> {
  const arm = session.arm(session.incumbent)
  const budgetMs = session.profile.comparisonBudgetMs
  const floor = await measureNoiseFloor(session, { arm, metric: 'query.ms', split: 'check', budgetMs })
  session.samples.push(...floor.lines)
  if (floor.warning) session.warnings.push(floor.warning)
  return [{ ...floor.judged, role: 'noise-floor', change: {} }]
}

const nothingBetter = (tried: number) =>
  tried > 0 ? `${tried} settings tried, none better on the tune questions` : 'nothing to try here'

async function inspect(session: Session, arm: ReturnType<Session['arm']>): Promise<Facts> {
  if (!session.phase.inspect) return { details: {} }
  const { results } = await session.job([arm], [{ kind: 'inspect', module: session.phaseModule }], 'looking')
  return results[0]?.kind === 'inspect' ? results[0].facts : { details: {} }
}
