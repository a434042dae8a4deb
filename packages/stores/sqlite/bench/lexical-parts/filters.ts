import { mean, median } from '@tenfold/measure'
import { openStore } from '../../src/index.ts'
import { type Corpus, optionsOf } from './corpus.ts'
import { type Row, rounded } from './row.ts'

const k = 10
const shares = [
  ['tenth', '10 %'],
  ['hundredth', '1 %'],
  ['thousandth', '0.1 %'],
] as const

/** Conditions on metadata that leave a tenth, a hundredth and a thousandth of the documents, in both searches. */
export function filterRows(corpus: Corpus, most: number): Row[] {
  const lists = openStore(
    optionsOf(corpus.path, { ftsOrder: 'maxscore', vectorScan: { representation: 'int8', rescore: 40 } }),
  )
  const plain = openStore(optionsOf(corpus.path, { ftsOrder: 'bm25' }))
  const questions = corpus.questions.slice(0, most).map(({ text }, i) => ({ text, vector: corpus.queries[i]! }))
  const chunks = lists.chunkCount()
  for (const { text, vector } of questions) {
    lists.lexicalSearch(text, k)
    lists.vectorSearch(vector, k)
  }
  const rows = shares.flatMap(([field, share]): Row[] => {
    const filter = { metadata: { [field]: true } }
    const matches = plain.exactSearch(questions[0]!.vector, chunks, filter).chunkIds.length
    const one = (search: 'vector' | 'words') => {
      const times: number[] = []
      const recalls: number[] = []
      let whole = true
      for (const { text, vector } of questions) {
        const start = performance.now()
        const found = search === 'vector' ? lists.vectorSearch(vector, k, filter) : lists.lexicalSearch(text, k, filter)
        times.push(performance.now() - start)
        const truth = search === 'vector' ? plain.exactSearch(vector, k, filter) : plain.lexicalSearch(text, k, filter)
        const wanted = new Set(truth.chunkIds)
        whole &&= found.chunkIds.length === (search === 'vector' ? Math.min(k, matches) : wanted.size)
        recalls.push(wanted.size === 0 ? 1 : found.chunkIds.filter((id) => wanted.has(id)).length / wanted.size)
      }
      const recall = mean(recalls)
      return {
        what: `${corpus.name}, metadata leaves ${share}: ${search === 'vector' ? 'vector search (int8 + 40 rescored)' : 'BM25 (word lists)'}, recall@${k}`,
        goal: '1, and min(k, matches) rows',
        measured: rounded(recall, 4),
        interval: [rounded(Math.min(...recalls), 4), 1] as [number, number],
        met: recall === 1 && whole,
        why: `${matches} of ${chunks} match; ${whole ? 'all rows there' : 'rows missing'}; ${rounded(median(times))} ms a question, the filter resolved each time; ${questions.length} questions, the interval is the range`,
      }
    }
    return [one('vector'), one('words')]
  })
  lists.close()
  plain.close()
  return rows
}
