import type { Handoff, Summary } from '@tenfold/contracts'
import { writeBaselines } from '@tenfold/handoff-store'

const isQuality = (metric: string) => metric.startsWith('quality.')

/** Adds the flat figures later phases are held against, and writes baselines/performance_baselines.json (S1-6, S2-1). */
export function finishBaseline(handoff: Handoff, root: string): Handoff {
  const { before, conditions, runId, createdAt, details } = handoff
  const quality = Object.fromEntries(
    Object.entries(before)
      .filter(([metric]) => isQuality(metric))
      .map(([metric, summary]) => [metric, summary.mean]),
  )
  const operations = Object.fromEntries(Object.entries(before).filter(([metric]) => !isQuality(metric)))
  const query = before['query.ms']
  if (query) {
    writeBaselines(
      {
        timestamp: createdAt,
        platform: conditions.machine.platform,
        runtime_version: conditions.runtime,
        cpu_count: conditions.machine.cores,
        machine: conditions.machine.fingerprint,
        run_id: runId,
        operations,
        rag_query: { p95_ms: query.p95 ?? query.max, p50_ms: query.p50, iterations: query.n },
        quality,
      },
      root,
    )
  }
  return { ...handoff, baseline_metrics: { ...flatten(operations), quality, ...(details.before as object) } }
}

const flatten = (operations: Record<string, Summary>) =>
  Object.fromEntries(
    Object.entries(operations).map(([metric, { mean, p50, p95, p99, min, max, stdev, n }]) => [
      metric,
      { p50, p95, p99, mean, min, max, stdev, iterations: n },
    ]),
  )
