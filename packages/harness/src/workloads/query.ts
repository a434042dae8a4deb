import type { Question, Stage } from '@tenfold/contracts'
import { defineWorkload } from '../workload.ts'

const stageMetrics: Partial<Record<Stage, string>> = {
  embed: 'query.embedMs',
  vector: 'query.vectorMs',
  lexical: 'query.lexicalMs',
  hydrate: 'query.hydrateMs',
}

/** One question to passages, warm, past every cache. */
export const query = defineWorkload<Question>({
  name: 'query',
  metric: 'query.ms',
  isolation: 'one-process',
  aggregate: 'min',
  delta: 0.02,
  pairs: 5,
  // 5 × 3 runs spread a fork by 1.5 % instead of 1.24 % and saved 0.25 s of 1.6: a slowdown of 3 % was then found half as often
  subPairs: 5,
  warmUp: { minRuns: 10, maxRuns: 20, capMs: 600 },
  describe: (profile) => profile.querySamples,
  prepare: async ({ questions }) => [...questions],
  async run(target, question) {
    const stages: Record<string, number> = {}
    const start = performance.now()
    let firstTokenMs: number | undefined
    await target.query({ text: question.text, bypassCache: true }, (event) => {
      if (event.type === 'token') firstTokenMs ??= performance.now() - start
      const metric = event.type === 'stage' ? stageMetrics[event.stage] : undefined
      if (metric && event.type === 'stage') stages[metric] = (stages[metric] ?? 0) + event.ms
    })
    const ms = performance.now() - start
    return { 'query.ms': ms, ...(firstTokenMs === undefined ? {} : { 'query.firstTokenMs': firstTokenMs }), ...stages }
  },
})
