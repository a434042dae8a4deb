import type { Question } from '@tenfold/contracts'
import { type Random, seededRandom, shuffled } from '@tenfold/measure'
import { defineWorkload } from '../workload.ts'

/**
 * A stream of questions as caches meet it: groups of equal meaning drawn by Zipf's law (exponent 1), a random wording each
 * time. Half of a group's wordings differ in letters, so only part of the repetition is visible to an exact cache.
 */
export function questionStream(questions: readonly Question[], length: number, random: Random): Question[] {
  const byGroup = new Map<string, Question[]>()
  for (const question of questions) byGroup.set(question.group, [...(byGroup.get(question.group) ?? []), question])
  const groups = shuffled([...byGroup.values()], random)
  const weights = groups.map((_, rank) => 1 / (rank + 1))
  const total = weights.reduce((sum, weight) => sum + weight, 0)
  return Array.from({ length }, () => {
    let left = random() * total
    const group = groups[weights.findIndex((weight) => (left -= weight) < 0)] ?? groups[0]!
    return group[Math.floor(random() * group.length)]!
  })
}

/** The stream from cold caches; its mean time and what the caches answered. */
export const stream = defineWorkload<Question[]>({
  name: 'stream',
  metric: 'stream.ms',
  isolation: 'one-process',
  aggregate: 'mean',
  delta: 0.02,
  pairs: 1,
  subPairs: 1,
  warmUp: { minRuns: 1, maxRuns: 1, capMs: 0 },
  describe: () => 3,
  prepare: async ({ questions, profile }) => [
    questionStream(questions, profile.streamLength, seededRandom(profile.streamLength)),
  ],
  async run(target, questions) {
    await target.reset?.('cache')
    let hits = 0
    const start = performance.now()
    for (const { text } of questions) if ((await target.query({ text })).cacheHit) hits++
    return { 'stream.ms': (performance.now() - start) / questions.length, 'stream.hitRate': hits / questions.length }
  },
})
