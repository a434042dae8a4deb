import type { Fork, Protocol } from '@tenfold/contracts'
import { type Judgement, judge } from './judge.ts'

export interface Comparison {
  /** Metric → its forks so far, oldest first. */
  forks: Record<string, Fork[]>
  judgements: Record<string, Judgement>
}

export interface CompareOptions {
  metrics: readonly string[]
  protocol: Protocol
  /** Measures both arms in a fresh fork; metric → the fork's pairs. */
  runFork(index: number): Promise<Record<string, Fork>>
  /** Forks measured before an interruption. */
  earlier?: Record<string, Fork[]>
  budgetMs: number
  now?: () => number
  onFork?(judgements: Record<string, Judgement>, index: number): void
}

/** Forks one after another until every metric is decided, the forks are used up, or the time is. Never rounds `undecided`. */
export async function compare(options: CompareOptions): Promise<Comparison> {
  const { metrics, protocol, runFork, budgetMs, now = () => performance.now() } = options
  const forks: Record<string, Fork[]> = Object.fromEntries(
    metrics.map((metric) => [metric, [...(options.earlier?.[metric] ?? [])]]),
  )
  const judgeAll = () => Object.fromEntries(metrics.map((metric) => [metric, judge(forks[metric]!, protocol)]))
  const start = now()
  let judgements = judgeAll()
  const done = () => Math.min(...metrics.map((metric) => forks[metric]!.length))
  const open = () => metrics.some((metric) => judgements[metric]!.verdict === 'undecided')
  while (open() && done() < protocol.maxForks && now() - start < budgetMs) {
    const index = done()
    const fork = await runFork(index)
    for (const metric of metrics) forks[metric]!.push(fork[metric]!)
    judgements = judgeAll()
    options.onFork?.(judgements, index)
  }
  return { forks, judgements }
}
