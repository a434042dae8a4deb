import os from 'node:os'
import { mean, privateBytes, quantile } from '@tenfold/measure'
import type { Facts, Inspection } from '@tenfold/phase-kit'

/** Limits of the phase-10 brief (S2-35). */
export const limits = { memoryShare: 0.9, tokensPerSecond: 10, retrievalMs: 100 }

export interface Metrics {
  memoryShare: number
  tokensPerSecond: number
  retrievalMs: number
  cacheHitRate: number
}

/** Which limits are broken, worst for the user first. */
export function findBottlenecks({
  memoryShare,
  tokensPerSecond,
  retrievalMs,
}: Metrics): ('memory' | 'generation' | 'retrieval')[] {
  const broken: ('memory' | 'generation' | 'retrieval')[] = []
  if (memoryShare > limits.memoryShare) broken.push('memory')
  if (tokensPerSecond < limits.tokensPerSecond) broken.push('generation')
  if (retrievalMs > limits.retrievalMs) broken.push('retrieval')
  return broken
}

/** One look at the running system (S2-34): memory, token throughput, retrieval latency, cache hit rate. */
export async function bottlenecks({ target, dataset }: Inspection): Promise<Facts> {
  const times: number[] = []
  for (const { text } of dataset.questions.slice(0, 20)) {
    const start = performance.now()
    await target.query({ text, bypassCache: true })
    times.push(performance.now() - start)
  }
  const { rate } = await generation((on) =>
    target.query({ text: dataset.questions[0]!.text, answerTokens: 24, bypassCache: true }, on),
  )
  const caches = Object.values((await target.cacheStats?.()) ?? {})
  const asked = caches.reduce((sum, { hits, misses }) => sum + hits + misses, 0)
  const metrics: Metrics = {
    memoryShare: privateBytes() / os.totalmem(),
    tokensPerSecond: rate,
    retrievalMs: quantile(times, 0.95),
    cacheHitRate: asked > 0 ? caches.reduce((sum, { hits }) => sum + hits, 0) / asked : 0,
  }
  return {
    details: { metrics: { ...metrics, meanRetrievalMs: mean(times) }, limits, bottlenecks: findBottlenecks(metrics) },
  }
}

async function generation(ask: (on: (event: { type: string }) => void) => Promise<unknown>): Promise<{ rate: number }> {
  const tokens: number[] = []
  await ask((event) => {
    if (event.type === 'token') tokens.push(performance.now())
  })
  const elapsed = (tokens.at(-1) ?? 0) - (tokens[0] ?? 0)
  return { rate: elapsed > 0 ? ((tokens.length - 1) / elapsed) * 1000 : 0 }
}
