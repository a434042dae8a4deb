import type { Question } from '@tenfold/contracts'
import type { Warn } from './source.ts'

/**
 * Questions with the judgements whose document exists. A question that loses all of them is left out: kept with none,
 * it would claim that nothing in the corpus answers it.
 */
export function keepAnswerable(questions: Question[], ids: ReadonlySet<string>, warn: Warn): Question[] {
  const kept: Question[] = []
  for (const question of questions) {
    const pairs = Object.entries(question.relevant)
    const known = pairs.filter(([doc]) => ids.has(doc))
    const missing = pairs.filter(([doc]) => !ids.has(doc)).map(([doc]) => doc)
    const left = pairs.length > 0 && known.length === 0
    if (missing.length > 0) {
      const end = left ? 'question left out' : 'judgement left out'
      warn(`question ${question.id}`, `judged document not in the corpus (${missing.join(', ')}), ${end}`)
    }
    if (!left) kept.push({ ...question, relevant: Object.fromEntries(known) })
  }
  return kept
}
