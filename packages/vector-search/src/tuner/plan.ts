import type { GraphShape } from '../graph/graph.ts'
import type { Recall } from '../recall.ts'
import type { IndexOptions } from '../types.ts'

/** A way to search: a scan of rows or codes, or a graph, with how deep to look. */
export type Plan = ({ kind: 'flat' } & IndexOptions) | ({ kind: 'graph'; ef: number; rescore: number } & GraphShape)

export interface TuneGoal {
  k: number
  /** The recall@k that the lower bound must reach. */
  recall: number
  /** Quick enough: nothing quicker is looked for. 0 looks for the quickest. */
  p95Ms: number
  /** Most bytes of memory an index may hold. */
  bytes: number
  /** Graphs that may be built. */
  builds: number
}

/** A plan that keeps the recall on the tune questions, or the deepest of its kind where none does. */
export interface Tried {
  plan: Plan
  recall: Recall
  p95Ms: number
  bytes: number
}

/** Of the twentieth questions that find least, each must still find this share. */
const leastP5 = 0.8

export const keepsRecall = ({ lowerBound, p5 }: Recall, goal: Pick<TuneGoal, 'recall'>): boolean =>
  lowerBound >= goal.recall && p5 >= leastP5

export const meets = (tried: Tried, goal: TuneGoal): boolean =>
  keepsRecall(tried.recall, goal) && tried.bytes <= goal.bytes && tried.p95Ms <= goal.p95Ms

/** What to look at next: exact search, then codes that read less, then graphs. Undefined when a plan meets the goal or nothing is left. */
export function nextRung(
  tried: readonly Tried[],
  goal: TuneGoal,
): IndexOptions['representation'] | GraphShape | undefined {
  if (tried.some((each) => meets(each, goal))) return undefined
  const flat = (['f32', 'int8', 'bit'] as const)[tried.length]
  return flat ?? nextShape(tried, goal)
}

const first: GraphShape = { connectivity: 16, expansionAdd: 128, scalar: 'i8' }
const dense: GraphShape = { connectivity: 32, expansionAdd: 256, scalar: 'i8' }
const sparse: GraphShape = { connectivity: 8, expansionAdd: 64, scalar: 'i8' }
const finer = { i8: 'f16', f16: 'f32', f32: undefined } as const

/**
 * The next graph, by what the last one lacked. Memory: fewer links. Recall or time: more links, with which a smaller ef finds as much; where
 * those were tried and recall is still missing, codes of more bits.
 */
function nextShape(tried: readonly Tried[], goal: TuneGoal): GraphShape | undefined {
  const graphs = tried.filter(({ plan }) => plan.kind === 'graph')
  const last = graphs.at(-1)
  if (last?.plan.kind !== 'graph') return goal.builds > 0 ? first : undefined
  if (graphs.length >= goal.builds || meets(last, goal)) return undefined
  const known = (shape: GraphShape) => graphs.some(({ plan }) => plan.kind === 'graph' && sameShape(plan, shape))
  const missing = !keepsRecall(last.recall, goal)
  const scalar = finer[last.plan.scalar]
  const candidates =
    last.bytes > goal.bytes ? [sparse] : missing && known(dense) && scalar ? [{ ...dense, scalar }] : [dense, sparse]
  return candidates.find((shape) => !known(shape))
}

const sameShape = (a: GraphShape, b: GraphShape) =>
  a.connectivity === b.connectivity && a.expansionAdd === b.expansionAdd && a.scalar === b.scalar

/** Best first: the first that meets the goal is taken in the order of the ladder; else the quickest that keeps recall and memory. */
export function ranked(tried: readonly Tried[], goal: TuneGoal): Tried[] {
  const allowed = tried.filter((each) => keepsRecall(each.recall, goal) && each.bytes <= goal.bytes)
  return allowed.toSorted((a, b) => Number(meets(b, goal)) - Number(meets(a, goal)) || a.p95Ms - b.p95Ms)
}

/** Those that no other beats in time, memory and recall at once. */
export function pareto(tried: readonly Tried[]): Tried[] {
  const noWorse = (a: Tried, b: Tried) =>
    a.p95Ms <= b.p95Ms && a.bytes <= b.bytes && a.recall.lowerBound >= b.recall.lowerBound
  return tried.filter((each, i) => !tried.some((other, j) => noWorse(other, each) && (!noWorse(each, other) || j < i)))
}
