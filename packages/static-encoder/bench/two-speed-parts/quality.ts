import type { Encoder } from '@tenfold/encoder'
import { fuse, mean, ndcgAt, nonInferior, quantile, seededRandom } from '@tenfold/measure'
import { type StaticEncoder, searchFirst } from '../../src/index.ts'
import type { Corpus } from './corpus.ts'
import { type Row, rounded } from './row.ts'

const depth = 50
const rrfK = 60
const cutoff = 10
/** A question to BM25 over 48,895 passages takes a tenth of a second. */
const mostQuestions = 300

const fused = (lists: readonly (readonly number[])[]) => fuse(lists, rrfK, depth).map(({ id }) => id)

/** Quality of each way to search, on questions that nothing was tuned on; `encoder` adds the real vectors. */
export async function qualityRows(corpus: Corpus, first: StaticEncoder, encoder?: Encoder): Promise<Row[]> {
  const { name, store, judgedAs } = corpus
  const questions = corpus.questions.filter(({ split }) => split === 'check').slice(0, mostQuestions)
  /** nDCG@10 of each question, from the chunks found for it. */
  const score = (found: readonly (readonly number[])[]) =>
    found.map((chunks, i) => {
      const ids = store.hydrate([...chunks]).map(({ docId }) => judgedAs(docId))
      return ndcgAt(cutoff, [...new Set(ids)], questions[i]!.relevant)
    })
  const idsOf = (found: { id: number }[]) => found.map(({ id }) => id)
  const byWords = questions.map(({ text }) => idsOf(searchFirst(store, text, { depth })))
  const words = score(byWords)
  const alone = score(questions.map(({ text }) => store.firstSearch(first.embed([text]), depth).chunkIds))
  const vectorOf = (text: string) => first.embed([text])
  const both = score(questions.map(({ text }) => idsOf(searchFirst(store, text, { vector: vectorOf(text), depth }))))
  const ranks = score(
    questions.map(({ text }, i) => fused([store.firstSearch(vectorOf(text), depth).chunkIds, byWords[i]!])),
  )
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
      ...row(
        'words and static vectors',
        both,
        `mixed scores (fused ranks: ${rounded(mean(ranks))}); above words by at least ${rounded(bound)} (95 %)`,
      ),
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
  const near = questions.map((_, i) => store.vectorSearch(slab.subarray(i * 384, (i + 1) * 384), depth).chunkIds)
  const model = score(near)
  const full = score(near.map((chunks, i) => fused([chunks, byWords[i]!])))
  const used = bound > 0 ? both : words
  const share = mean(used) / mean(full)
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
      why: `${rounded(mean(used))} of ${rounded(mean(full))} (MiniLM alone ${rounded(mean(model))})`,
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
