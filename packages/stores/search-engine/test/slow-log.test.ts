import { expect, it } from 'vitest'
import { slowSearches } from '../src/index.ts'
import { costliest } from '../src/profile.ts'

const words = (text: string) => JSON.stringify({ query: { match: { text } } })
const openSearch = (ms: number, source: string) =>
  JSON.stringify({ message: '[notes-1][0]', took_millis: String(ms), source: source.replaceAll('"', '\\"') })
const elasticsearch = (ms: number, source: string) =>
  JSON.stringify({
    'elasticsearch.slowlog.message': '[notes-1][0]',
    'elasticsearch.slowlog.took_millis': ms,
    'elasticsearch.slowlog.source': source,
  })

it.each([
  ['OpenSearch', openSearch],
  ['Elasticsearch', elasticsearch],
])('S4-3 the slow log of %s: alike searches together, the slowest of each, slowest first', (_, line) => {
  const vector = (numbers: number[]) => JSON.stringify({ knn: { query_vector: numbers } })
  const log = [line(10, words('cat')), line(30, words('a dog')), line(20, vector([0.5, -1e-3])), line(5, vector([1]))]
  expect(slowSearches(`${log.join('\n')}\n{"mess`)).toEqual([
    { index: 'notes-1', maxMs: 30, count: 2, source: words('a dog') },
    { index: 'notes-1', maxMs: 20, count: 2, source: vector([0.5, -1e-3]) },
  ])
})

it('a clause counts without those inside it, and what takes most of it is named', () => {
  const clause = (type: string, time_in_nanos: number, children: object[] = []) => ({
    type,
    description: 'd',
    time_in_nanos,
    breakdown: { score: 1, next_doc: time_in_nanos, score_count: 1e9 },
    children,
  })
  const query = [clause('Bool', 3e6, [clause('Term', 2.5e6)])]
  const shards = [{ searches: [{ query, rewrite_time: 1e6, collector: [] }] }] as never
  expect(costliest({ shards })).toEqual([
    '2.50 ms: Term d, mostly next_doc',
    '1.00 ms: rewrite',
    '0.50 ms: Bool d, mostly next_doc',
  ])
})
