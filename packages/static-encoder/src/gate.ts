import type { FirstState, Question } from '@tenfold/contracts'
import { mean, ndcgAt, nonInferior } from '@tenfold/measure'

/** Ids of documents for a question, best first, each once. */
export type Ranking = (text: string) => string[]

const depth = 10
/** More questions take longer than they are worth while somebody waits for the first search. */
const mostQuestions = 200

/** First vectors may be worse than none: they are used where the questions show that they help, and not otherwise. */
export function decide(
  { questions, kind }: { questions: readonly Question[]; kind: FirstState['kind'] },
  words: Ranking,
  both: Ranking,
): FirstState {
  // a question that nothing answers has no nDCG
  const answerable = questions.filter(({ relevant }) => Object.values(relevant).some((grade) => grade > 0))
  const asked = answerable.slice(0, mostQuestions)
  const score = (rank: Ranking) => asked.map(({ text, relevant }) => ndcgAt(depth, rank(text), relevant))
  const [before, after] = [score(words), score(both)]
  const { bound } = asked.length > 0 ? nonInferior(before, after, '>=', 0) : { bound: 0 }
  return {
    by: bound > 0 ? 'words and first vectors' : 'words',
    kind,
    questions: asked.length,
    wordsNdcg: asked.length > 0 ? mean(before) : 0,
    bothNdcg: asked.length > 0 ? mean(after) : 0,
    bound,
  }
}
