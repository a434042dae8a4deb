import type { Question } from '@tenfold/contracts'
import { defineWorkload } from '../workload.ts'

/** Question to first token; the rest of the answer is cut off, since only the first token is timed. */
export const answer = defineWorkload<Question>({
  name: 'answer',
  metric: 'answer.firstTokenMs',
  isolation: 'one-process',
  aggregate: 'min',
  delta: 0.02,
  pairs: 1,
  subPairs: 1,
  warmUp: { minRuns: 1, maxRuns: 1, capMs: 0 },
  describe: (profile) => Math.ceil(profile.answers / 2),
  async prepare({ questions }) {
    const judged = questions.filter((question) => question.accept.length > 0)
    return judged.length > 0 ? judged : [...questions]
  },
  async run(target, question) {
    const start = performance.now()
    let firstTokenMs = Number.NaN
    await target.query({ text: question.text, answerTokens: 1, bypassCache: true }, (event) => {
      if (event.type === 'token') firstTokenMs ||= performance.now() - start
    })
    return { 'answer.firstTokenMs': Number.isNaN(firstTokenMs) ? performance.now() - start : firstTokenMs }
  },
})
