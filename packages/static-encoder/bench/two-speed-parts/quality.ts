import type { Question } from '@tenfold/contracts'
import type { Encoder } from '@tenfold/encoder'
import { mean, ndcgAt, nonInferior, quantile, seededRandom } from '@tenfold/measure'
import { fuse } from '../../../rag/src/fuse.ts'
import { firstLists, type StaticEncoder } from '../../src/index.ts'
import type { Corpus } from './corpus.ts'
import { type Row, rounded } from './row.ts'

const depth = 50
const rrfK = 60
const cutoff = 10

type Rank = (text: string) => number[]

/** nDCG@10 of each question. */
function score({ store, judgedAs }: Corpus, questions: readonly Question[], rank: Rank): number[] {
  return questions.map(({ text, relevant }) => {
    const found = store.hydrate(rank(text)).map(({ docId }) => judgedAs(docId))
    return ndcgAt(cutoff, [...new Set(found)], relevant)
  })
}

const fused = (lists: readonly (readonly number[])[]) => fuse(lists, rrfK, depth).map(({ id }) => id)

/** Quality of each way to search, on questions that nothing was tuned on; `encoder` adds the real vectors. */
export async function qualityRows(corpus: Corpus, first: StaticEncoder, encoder?: Encoder): Promise<Row[]> {
  const { name, store } = corpus
  const questions = corpus.questions.filter(({ split }) => split === 'check')
  const vectorOf = (text: string) => first.embed([text])
  const words = score(corpus, questions, (text) => fused(firstLists(store, text, { depth })))
  const alone = score(corpus, questions, (text) => store.firstSearch(vectorOf(text), depth).chunkIds)
  const both = score(corpus, questions, (text) => fused(firstLists(store, text, { vector: vectorOf(text), depth })))
  const row = (what: string, scores: number[], why: string): Row => ({
    what: `${name}, nDCG@10 of ${what}`,
    goal: null,
    measured: rounded(mean(scores)),
    interval: interval(scores),
    met: null,
    why: `${questions.length} questions; ${why}`,
  })
  const { bound } = nonInferior(words, both, '>=', 0)
  const rows = [
    row('words alone (BM25)', words, 'SQLite FTS5'),
    row('static vectors alone', alone, `${first.dims} values a text`),
    {
      ...row('words and static vectors', both, `reciprocal ranks; above words by at least ${rounded(bound)} (95 %)`),
      goal: 'better than words alone',
      met: bound > 0,
    },
  ]
  if (!encoder) return rows
  const pending = store.pendingChunks(0, corpus.texts.length)
  for (let at = 0; at < pending.length; at += 256) {
    const some = pending.slice(at, at + 256)
    const slab = await encoder.embed(some.map((_, i) => corpus.texts[at + i]!))
    store.fill(some.map(({ chunkId }, i) => ({ chunkId, vector: slab.subarray(i * 384, (i + 1) * 384) })))
  }
  const slab = await encoder.embed(questions.map(({ text }) => text))
  const queries = new Map(questions.map(({ text }, i) => [text, slab.subarray(i * 384, (i + 1) * 384)]))
  const near = (text: string) => store.vectorSearch(queries.get(text)!, depth).chunkIds
  const model = score(corpus, questions, near)
  const full = score(corpus, questions, (text) => fused([near(text), store.lexicalSearch(text, depth).chunkIds]))
  const share = mean(both) / mean(full)
  return [
    ...rows,
    row('MiniLM alone', model, 'int8'),
    row('words and MiniLM, the second state', full, 'reciprocal ranks'),
    {
      what: `${name}, quality of the first state as a share of the second`,
      goal: '≥ 0.98',
      measured: rounded(share),
      interval: null,
      met: share >= 0.98,
      why: `${rounded(mean(both))} of ${rounded(mean(full))}; of MiniLM alone ${rounded(mean(both) / mean(model))}`,
    },
  ]
}

/** 95 % interval of a mean by bootstrap over questions, fixed seed. */
function interval(values: readonly number[]): [number, number] {
  const random = seededRandom(values.length)
  const means = Array.from({ length: 1000 }, () =>
    mean(values.map(() => values[Math.floor(random() * values.length)]!)),
  )
  return [rounded(quantile(means, 0.025)), rounded(quantile(means, 0.975))]
}
