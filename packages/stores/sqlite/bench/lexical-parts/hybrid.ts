import { mean, ndcgAt, nonInferior, quantile, seededRandom } from '@tenfold/measure'
import { type Fusion, fitFusion, fuseBy, type JudgedLists, untuned } from '../../../../rag/src/fit-fusion.ts'
import { openStore } from '../../src/index.ts'
import { type Corpus, optionsOf } from './corpus.ts'
import { type Row, rounded } from './row.ts'

const cutoff = 10
const deepest = 100
/** nDCG points over each list alone, where the goal says so. */
const gain = 0.03

/** nDCG@10 of words, vectors, and both, on the questions that nothing was fitted on. */
export function hybridRows(corpus: Corpus, wantsGain: boolean): Row[] {
  const store = openStore(optionsOf(corpus.path, { ftsOrder: 'maxscore' }))
  const lists = corpus.questions.map(
    ({ text, relevant, split }, i): JudgedLists => ({
      relevant,
      split,
      vector: store.vectorSearch(corpus.queries[i]!, deepest),
      words: store.lexicalSearch(text, deepest),
    }),
  )
  const docs = new Map<number, string>()
  for (const { vector, words } of lists) {
    for (const { chunkId, docId } of store.hydrate([...vector.chunkIds, ...words.chunkIds]))
      docs.set(chunkId, corpus.judgedAs(docId))
  }
  store.close()
  const check = lists.filter(({ split }) => split === 'check')
  const score = (ranked: (each: JudgedLists) => readonly number[]) =>
    check.map((each) => ndcgAt(cutoff, [...new Set(ranked(each).flatMap((id) => docs.get(id) ?? []))], each.relevant))
  const by = (fusion: Fusion) => score((each) => fuseBy(fusion, each).map(({ id }) => id))
  const words = score((each) => each.words.chunkIds)
  const vectors = score((each) => each.vector.chunkIds)
  const ranks = by(untuned)
  const fit = fitFusion(lists, (id) => docs.get(id))
  const fitted = by(fit.fusion)
  const better = mean(words) > mean(vectors) ? words : vectors
  const told = `${check.length} questions`
  const figure = (what: string, scores: number[], why: string): Row => ({
    what: `${corpus.name}, nDCG@10 of ${what}`,
    goal: null,
    measured: rounded(mean(scores), 4),
    interval: interval(scores),
    met: null,
    why: `${told}; ${why}`,
  })
  const difference = (what: string, scores: number[], least: number, why: string): Row => {
    const points = scores.map((value, i) => 100 * (value - better[i]!))
    const { bound } = nonInferior(better, scores, '>=', 0)
    return {
      what: `${corpus.name}, ${what}: nDCG points over the better list alone`,
      goal: least > 0 ? `≥ ${100 * least}` : '≥ 0: never below the better one',
      measured: rounded(mean(points), 2),
      interval: interval(points, 2),
      met: mean(points) >= 100 * least,
      why: `${told}, one-sided 95 % bound ${rounded(100 * bound, 2)}; ${why}`,
    }
  }
  const shape = JSON.stringify(fit.fusion)
  const least = wantsGain ? gain : 0
  return [
    figure('BM25 alone', words, 'words of title and text, porter'),
    figure('vectors alone', vectors, 'all-MiniLM-L6-v2, int8, a vector for each document'),
    figure('both, reciprocal ranks', ranks, 'k 60, 50 of each, untuned'),
    figure('both, fitted', fitted, `${shape}: ${fit.reason}`),
    difference('reciprocal ranks', ranks, 0, 'untuned'),
    difference('fitted', fitted, least, shape),
  ]
}

/** 95 % interval of a mean by bootstrap over questions, fixed seed. */
function interval(values: readonly number[], digits = 4): [number, number] {
  const random = seededRandom(values.length)
  const means = Array.from({ length: 1000 }, () =>
    mean(values.map(() => values[Math.floor(random() * values.length)]!)),
  )
  return [rounded(quantile(means, 0.025), digits), rounded(quantile(means, 0.975), digits)]
}
