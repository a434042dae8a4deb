import type { Pair } from '@tenfold/contracts'
import type { Random } from './random.ts'
import { median } from './statistics.ts'

/** Metric → value of one unit of work. */
export type Observation = Record<string, number>
export type Arm<Item> = (item: Item) => Promise<Observation>

export interface InterleaveOptions<Item> {
  /** Incumbent and candidate. */
  arms: readonly [Arm<Item>, Arm<Item>]
  items: readonly Item[]
  pairs: number
  subPairs: number
  warmUp: WarmUp
  /** The metric that tells when the warm-up is over. */
  steadyMetric: string
  random: Random
  now?: () => number
}

export interface WarmUp {
  minRuns: number
  maxRuns: number
  capMs: number
}

export interface Interleaved {
  pairs: Record<string, Pair[]>
  /** False when the warm-up ran into its cap; kept and shown, not dropped. */
  steady: boolean
}

/** Runs both arms in turn on the same items, the same number of times at every moment, each sub-pair in coin order. */
export async function interleave<Item>(options: InterleaveOptions<Item>): Promise<Interleaved> {
  const { arms, items, pairs, subPairs, random } = options
  const once = async (item: Item): Promise<[Observation, Observation]> => {
    if (random() < 0.5) {
      const a = await arms[0](item)
      return [a, await arms[1](item)]
    }
    const b = await arms[1](item)
    return [await arms[0](item), b]
  }
  const steady = await warmUp(options, once)
  const result: Record<string, Pair[]> = {}
  for (let pair = 0; pair < pairs; pair++) {
    const item = items[Math.floor(random() * items.length)]!
    const taken: Record<string, Pair> = {}
    for (let sub = 0; sub < subPairs; sub++) {
      const [a, b] = await once(item)
      for (const metric of Object.keys(a)) {
        const values = (taken[metric] ??= { a: [], b: [] })
        values.a.push(a[metric]!)
        values.b.push(b[metric]!)
      }
    }
    for (const [metric, values] of Object.entries(taken)) (result[metric] ??= []).push(values)
  }
  return { pairs: result, steady }
}

/** Windows of five runs whose medians must agree within 5 % before anything counts. */
const window = { runs: 5, count: 3, tolerance: 0.05 }

async function warmUp<Item>(
  { items, warmUp, steadyMetric, now = () => performance.now() }: InterleaveOptions<Item>,
  once: (item: Item) => Promise<[Observation, Observation]>,
): Promise<boolean> {
  const start = now()
  const seen: [number, number][] = []
  // one fixed item: a steady state is visible only on the same work
  while (seen.length < warmUp.maxRuns && (seen.length < warmUp.minRuns || now() - start < warmUp.capMs)) {
    const [a, b] = await once(items[seen.length < warmUp.minRuns ? seen.length % items.length : 0]!)
    seen.push([a[steadyMetric] ?? 0, b[steadyMetric] ?? 0])
    if (seen.length >= warmUp.minRuns && isSteady(seen, 0) && isSteady(seen, 1)) return true
  }
  return false
}

function isSteady(seen: readonly [number, number][], arm: 0 | 1): boolean {
  const needed = window.runs * window.count
  if (seen.length < needed) return false
  const recent = seen.slice(-needed).map((pair) => pair[arm])
  const medians = Array.from({ length: window.count }, (_, i) =>
    median(recent.slice(i * window.runs, (i + 1) * window.runs)),
  )
  return Math.max(...medians) <= Math.min(...medians) * (1 + window.tolerance)
}
