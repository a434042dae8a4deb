import { PipelineError } from '@tenfold/contracts'
import type { GraphShape } from '../graph/graph.ts'
import type { Recall } from '../recall.ts'
import type { IndexOptions } from '../types.ts'
import { smallest, steps } from './bisect.ts'
import { keepsRecall, nextRung, type Plan, pareto, ranked, type Tried, type TuneGoal } from './plan.ts'

/** An open index whose depth can be set. */
export interface Candidate {
  bytes: number
  /** Of exact search, on one half of the questions. `ef` is ignored by scans. */
  recall(depth: Depth, half: 'tune' | 'validate'): Recall
  p95Ms(depth: Depth): number
}
export interface Depth {
  ef: number
  rescore: number
}

/** What the tuner cannot do itself. Graphs are the costly part: each call builds one. */
export interface TuneEffects {
  rows: number
  flat(representation: IndexOptions['representation']): Candidate | Promise<Candidate>
  graph(shape: GraphShape): Candidate | Promise<Candidate>
}

export interface Tuned {
  /** Taken: kept its recall on the other half of the questions too. Exact search where nothing else did. */
  plan: Plan
  recall: Recall
  p95Ms: number
  bytes: number
  builds: number
  tried: Tried[]
  /** Those that no other beats in time, memory and recall at once. */
  pareto: Tried[]
}

/** Depths tried grow by this factor. */
const growth = 1.25
/** No deeper: beyond, a scan saves nothing. */
const mostOfRows = 0.1
const deepestRescore = 1000
const deepestEf = 2000

/**
 * The quickest search that keeps its recall, within a budget: exact search, codes, then graphs, until one is quick enough. Depth is bisected
 * on an open index, as recall only grows with it; so no more than `builds` graphs are built. The depth is chosen on one half of the
 * questions and must hold on the other; where it does not, it is raised. Throws INCOMPARABLE where not even exact search fits the memory.
 */
export async function tune(goal: TuneGoal, effects: TuneEffects): Promise<Tuned> {
  const tried: Tried[] = []
  const open = new Map<Tried, Candidate>()
  for (;;) {
    const rung = nextRung(tried, goal)
    if (rung === undefined) break
    const candidate = await (typeof rung === 'string' ? effects.flat(rung) : effects.graph(rung))
    const depth =
      typeof rung === 'string'
        ? scanDepth(candidate, rung, goal, effects.rows)
        : graphDepth(candidate, goal, effects.rows)
    const plan = planOf(rung, depth)
    const found = {
      plan,
      recall: candidate.recall(depth, 'tune'),
      p95Ms: candidate.p95Ms(depth),
      bytes: candidate.bytes,
    }
    tried.push(found)
    open.set(found, candidate)
  }
  for (const best of ranked(tried, goal)) {
    const confirmed = confirm(best, open.get(best)!, goal, effects.rows)
    if (!confirmed) continue
    const builds = tried.filter(({ plan }) => plan.kind === 'graph').length
    return { ...confirmed, builds, tried, pareto: pareto(tried) }
  }
  const least = Math.min(...tried.map(({ bytes }) => bytes))
  throw new PipelineError(
    'INCOMPARABLE',
    `nothing keeps a recall of ${goal.recall} within ${goal.bytes} bytes; the smallest tried has ${least}`,
    'allow more memory, or a lower recall',
  )
}

const planOf = (rung: IndexOptions['representation'] | GraphShape, { ef, rescore }: Depth): Plan =>
  typeof rung === 'string' ? { kind: 'flat', representation: rung, rescore } : { kind: 'graph', ...rung, ef, rescore }

function scanDepths({ k }: TuneGoal, rows: number): number[] {
  return steps(k, Math.max(k, Math.min(deepestRescore, rows * mostOfRows)), growth)
}

function scanDepth(candidate: Candidate, representation: string, goal: TuneGoal, rows: number): Depth {
  const depths = scanDepths(goal, rows)
  const holds = (rescore: number) => keepsRecall(candidate.recall({ ef: rescore, rescore }, 'tune'), goal)
  const rescore = representation === 'f32' ? goal.k : (smallest(depths, holds) ?? depths.at(-1)!)
  return { ef: rescore, rescore }
}

/** First the smallest ef that is enough when all it finds is rescored, then how little of it must be. */
function graphDepth(candidate: Candidate, goal: TuneGoal, rows: number): Depth {
  const efs = graphEfs(goal, rows)
  const holds = (depth: Depth) => keepsRecall(candidate.recall(depth, 'tune'), goal)
  const ef = smallest(efs, (each) => holds({ ef: each, rescore: each })) ?? efs.at(-1)!
  const depths = steps(goal.k, ef, growth)
  return { ef, rescore: smallest(depths, (rescore) => holds({ ef, rescore })) ?? ef }
}

const graphEfs = ({ k }: TuneGoal, rows: number): number[] =>
  steps(Math.max(k, 16), Math.max(k, 16, Math.min(deepestEf, rows)), growth)

/** On the questions the depth was not chosen on; a step deeper until it holds. */
function confirm(best: Tried, candidate: Candidate, goal: TuneGoal, rows: number): Tried | undefined {
  const { plan } = best
  if (plan.kind === 'flat' && plan.representation === 'f32')
    return { ...best, recall: candidate.recall({ ef: plan.rescore, rescore: plan.rescore }, 'validate') }
  const deepest = plan.kind === 'graph' ? graphEfs(goal, rows).at(-1)! : scanDepths(goal, rows).at(-1)!
  let depth = { ef: plan.kind === 'graph' ? plan.ef : plan.rescore, rescore: plan.rescore }
  for (;;) {
    const recall = candidate.recall(depth, 'validate')
    if (keepsRecall(recall, goal)) {
      const p95Ms = depth.rescore === plan.rescore ? best.p95Ms : candidate.p95Ms(depth)
      return {
        plan: { ...plan, ...(plan.kind === 'graph' ? depth : { rescore: depth.rescore }) } as Plan,
        recall,
        p95Ms,
        bytes: best.bytes,
      }
    }
    if (depth.ef >= deepest && depth.rescore >= deepest) return undefined
    const deeper = (value: number) => Math.min(deepest, Math.ceil(value * growth))
    depth = { ef: deeper(depth.ef), rescore: deeper(depth.rescore) }
  }
}
