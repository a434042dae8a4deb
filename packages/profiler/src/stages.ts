import type { Question, Target } from '@tenfold/contracts'
import { mean } from '@tenfold/measure'

/** Mean time of the whole and of each stage, over the same requests. */
export interface StageTimes {
  requests: number
  totalMs: number
  stageMs: Record<string, number>
}

export async function measureStages(
  target: Target,
  questions: readonly Question[],
  answerTokens?: number,
): Promise<StageTimes> {
  const totals: number[] = []
  const sums: Record<string, number> = {}
  for (const { text } of questions) {
    const start = performance.now()
    await target.query({ text, bypassCache: true, ...(answerTokens ? { answerTokens } : {}) }, (event) => {
      if (event.type === 'stage') sums[event.stage] = (sums[event.stage] ?? 0) + event.ms
    })
    totals.push(performance.now() - start)
  }
  const stageMs = Object.fromEntries(Object.entries(sums).map(([stage, ms]) => [stage, ms / totals.length]))
  return { requests: totals.length, totalMs: totals.length > 0 ? mean(totals) : 0, stageMs }
}

/** Each stage as a share of the whole; what no stage claims is `other`. */
export function shares({ totalMs, stageMs }: StageTimes): Record<string, { ms: number; share: number }> {
  const claimed = Object.values(stageMs).reduce((sum, ms) => sum + ms, 0)
  const rows = { ...stageMs, other: Math.max(0, totalMs - claimed) }
  return Object.fromEntries(
    Object.entries(rows).map(([stage, ms]) => [stage, { ms, share: totalMs > 0 ? ms / totalMs : 0 }]),
  )
}
