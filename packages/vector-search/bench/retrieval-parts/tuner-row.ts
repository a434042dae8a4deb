import { steps } from '../../src/tuner/bisect.ts'
import { measured } from '../../src/tuner/measured.ts'
import { keepsRecall, type Plan, type TuneGoal } from '../../src/tuner/plan.ts'
import { type Candidate, type TuneEffects, tune } from '../../src/tuner/tune.ts'
import { round, rows as table } from './table.ts'

const goal: TuneGoal = { k: 10, recall: 0.99, p95Ms: 0, bytes: Number.POSITIVE_INFINITY, builds: 3 }
const withinBest = 1.2
const passes = 7

export interface TuneSet {
  name: string
  vectors: Float32Array
  dims: number
  /** Every other one chooses, the rest confirm; so in both searches. */
  queries: Float32Array[]
}

/** All flat scans and graphs over a grid of depths. */
const grid = (rows: number) => ({
  flat: (['int8', 'bit'] as const).map((representation) => ({
    representation,
    depths: steps(10, Math.min(1000, rows / 10), 1.2),
  })),
  graph: [8, 16, 32].map((connectivity) => ({ connectivity, expansionAdd: 8 * connectivity, scalar: 'i8' as const })),
  efs: steps(16, 2000, 1.3),
  rescores: [10, 20, 40, 100, 400],
})

/** The tuner against every point of a grid that holds on the same questions, each set by itself. */
export async function tunerRow(sets: readonly TuneSet[]): Promise<void> {
  for (const { name, vectors, dims, queries } of sets) {
    process.stderr.write(`tuning ${name}\n`)
    const real = measured({ vectors, dims, queries, k: goal.k, threads: 2 })
    const open = new Map<string, Promise<Candidate>>()
    const once = (key: unknown, make: () => Candidate | Promise<Candidate>) => {
      const known = JSON.stringify(key)
      const kept = open.get(known) ?? Promise.resolve(make())
      open.set(known, kept)
      return kept
    }
    const effects: TuneEffects = {
      rows: real.rows,
      flat: (representation) => once(representation, () => real.flat(representation)),
      graph: (shape) => once(shape, () => real.graph(shape)),
    }
    const start = performance.now()
    const tuned = await tune(goal, effects)
    const seconds = (performance.now() - start) / 1000
    const best = await gridBest(effects)
    process.stderr.write(`tuned in ${round(seconds)} s: ${shown(tuned.plan)}; of the grid: ${shown(best.plan)}\n`)
    const ratio = (await p95Of(tuned.plan, effects)) / (await p95Of(best.plan, effects))
    table.push({
      what: `tuner on ${name}: p95 against the best of a grid search`,
      goal: `≤ ${withinBest} x`,
      measured: round(ratio),
      interval: null,
      met: ratio <= withinBest && tuned.builds <= goal.builds,
      why: `takes ${shown(tuned.plan)}, the grid of ${best.looked} points ${shown(best.plan)}; ${tuned.builds} builds, ${round(seconds)} s`,
    })
    table.push({
      what: `tuner on ${name}: lower bound of recall@10 on questions it did not choose by`,
      goal: '≥ 0.99',
      measured: round(tuned.recall.mean),
      interval: [round(tuned.recall.lowerBound), 1],
      met: tuned.recall.lowerBound >= 0.99,
      why: `${Math.floor(queries.length / 2)} questions; not beaten in time, memory and recall at once: ${tuned.pareto.map((each) => `${shown(each.plan)} ${round(each.p95Ms)} ms ${round(each.bytes / 1e6)} MB`).join('; ')}`,
    })
  }
}

async function gridBest(effects: TuneEffects): Promise<{ plan: Plan; looked: number }> {
  const { flat, graph, efs, rescores } = grid(effects.rows)
  const kept: { plan: Plan; ms: number }[] = []
  let looked = 0
  const look = (candidate: Candidate, plan: Plan) => {
    looked++
    const depth = depthOf(plan)
    if (!keepsRecall(candidate.recall(depth, 'tune'), goal) || !keepsRecall(candidate.recall(depth, 'validate'), goal))
      return false
    kept.push({ plan, ms: candidate.p95Ms(depth) })
    return true
  }
  for (const { representation, depths } of flat) {
    const candidate = await effects.flat(representation)
    // deeper than the first that holds is slower
    for (const rescore of depths) if (look(candidate, { kind: 'flat', representation, rescore })) break
  }
  for (const shape of graph) {
    const candidate = await effects.graph(shape)
    for (const rescore of rescores)
      for (const ef of efs.filter((each) => each >= rescore))
        if (look(candidate, { kind: 'graph', ...shape, ef, rescore })) break
  }
  const best = kept.toSorted((a, b) => a.ms - b.ms)[0]
  if (!best) throw new Error('no point of the grid keeps the recall')
  return { plan: best.plan, looked }
}

const depthOf = (plan: Plan) => ({ ef: plan.kind === 'graph' ? plan.ef : plan.rescore, rescore: plan.rescore })

/** The smallest of several p95: other work on the machine only ever adds. */
async function p95Of(plan: Plan, effects: TuneEffects): Promise<number> {
  const candidate = await (plan.kind === 'flat' ? effects.flat(plan.representation) : effects.graph(shapeOf(plan)))
  return Math.min(...Array.from({ length: passes }, () => candidate.p95Ms(depthOf(plan))))
}

const shapeOf = ({ connectivity, expansionAdd, scalar }: Plan & { kind: 'graph' }) => ({
  connectivity,
  expansionAdd,
  scalar,
})

const shown = (plan: Plan) =>
  plan.kind === 'flat'
    ? `${plan.representation} + ${plan.rescore}`
    : `graph M ${plan.connectivity} ${plan.scalar}, ef ${plan.ef} + ${plan.rescore}`
