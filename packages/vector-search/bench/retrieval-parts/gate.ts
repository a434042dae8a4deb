import { fitRescore } from '../../src/index.ts'
import { glove } from './corpus.ts'
import { k } from './graphs.ts'
import { absent, round, rows } from './table.ts'

/** Words in 100 dimensions: a bit a dimension is too little there. */
export function gate(): void {
  const what = 'GloVe-100, 10,000 words: the gate refuses bits at recall 0.99'
  const data = glove()
  if (!data) {
    absent(what, 'int8', 'not available here: glove100-10k')
    return
  }
  const fit = fitRescore(data.vectors, data.dims, data.queries, { k, recall: 0.99, deepest: 400 })
  const bits = fit.tried.find(({ representation }) => representation === 'bit')!
  rows.push({
    what,
    goal: 'int8',
    measured: round(bits.recall.mean),
    interval: [round(bits.recall.lowerBound), 1],
    met: fit.representation === 'int8',
    why: `recall@10 of bits with ${bits.rescore} rescored; taken: ${fit.representation} with ${fit.rescore}; ${data.queries.length} words`,
  })
}
