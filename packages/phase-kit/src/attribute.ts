import path from 'node:path'
import { type Config, diffConfig, type KnobKey, type Patch, type Verdict } from '@tenfold/contracts'
import type { Observation } from '@tenfold/measure'
import { scratchFolder } from './arms.ts'
import type { ArmSpec } from './job.ts'
import { contest } from './prove.ts'
import { touchedGoals } from './score.ts'
import type { Session } from './session.ts'

export interface Attribution {
  /** The final system, with an index its own configuration built. */
  finalArm: ArmSpec
  verdicts: Verdict[]
  /** Figures of the ingest that built that index. */
  ingest: Observation
}

/** All phases together against the first configuration, then the final system against itself without each change. */
export async function attribute(session: Session, final: Config): Promise<Attribution> {
  const changes = diffConfig(session.first, final)
  const patch = Object.fromEntries(Object.entries(changes).map(([key, { to }]) => [key, to])) as Patch
  const rebuilt = path.join(scratchFolder(session.store.root), 'index', `${path.basename(session.indexFolder)}-final`)
  const built = await ingest(session, session.arm(final, null), rebuilt)
  const finalArm = session.arm(final, rebuilt)
  if (Object.keys(patch).length === 0) return { finalArm, verdicts: [], ingest: built }

  const { comparisonBudgetMs } = session.profile
  const metricsOf = (changed: Patch) => touchedGoals(changed, session.phase).map((goal) => goal.metric)
  const arms = [session.arm(session.first), finalArm] as const
  const verdicts = await contest(session, {
    role: 'total',
    change: patch,
    arms,
    metrics: metricsOf(patch),
    budgetMs: 2 * comparisonBudgetMs,
  })
  for (const key of Object.keys(changes) as KnobKey[]) {
    const change = { [key]: patch[key] } as Patch
    const withoutIt = session.arm({ ...final, [key]: session.first[key] }, rebuilt)
    const metrics = metricsOf(change)
    if (metrics.length === 0) continue
    verdicts.push(
      ...(await contest(session, {
        role: 'leave-one-out',
        change,
        arms: [withoutIt, finalArm],
        metrics,
        budgetMs: comparisonBudgetMs / 4,
      })),
    )
  }
  return { finalArm, verdicts, ingest: built }
}

async function ingest(session: Session, arm: ArmSpec, into: string): Promise<Observation> {
  const { results } = await session.job([arm], [{ kind: 'ingest', into }], 'ingest of the whole corpus')
  return results[0]?.kind === 'ingest' ? results[0].observation : {}
}
