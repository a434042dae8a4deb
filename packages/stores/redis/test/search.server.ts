import { matchesFilter, type Store } from '@tenfold/contracts'
import { countsOf, termsOf } from '@tenfold/store-kit'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { folder, isHere, opened, type Server, startServer, stopServer } from './server.ts'
import { vector } from './vectors.ts'

const kind = isHere(8) ? 8 : 7
const words = ['amber', 'birches', 'cobalt', 'dunes', 'ember', 'fjord']

/** Enough that a filter leaves more than are scored one by one. */
const docs = Array.from({ length: 750 }, (_, i) => ({
  doc: {
    id: `d${i}`,
    title: words[i % 6]!,
    collection: i % 10 === 0 ? 'few' : 'many',
    hash: 'h',
    metadata: { lang: `it's "${i % 2}"`, year: 2000 + (i % 7) / 2 },
  },
  chunks: [0, 1].map((ord) => ({
    text: Array.from({ length: 3 + ((i * 7 + ord) % 11) }, (_, at) => words[(i * (at + 1) + ord) % 6]).join(' '),
    hash: `${i} ${ord}`,
    vector: vector(2 * i + ord),
  })),
}))

describe.skipIf(!isHere(kind))('searches of a larger index', () => {
  let server: Server
  let workspace: string
  let store: Store
  beforeAll(async () => {
    server = await startServer(kind)
  })
  afterAll(() => stopServer(server))

  it('750 documents in batches of 100 (S4-22): filters in the graph, BM25 by its formula, pruning', async () => {
    workspace = folder()
    store = await opened(server.url, workspace)
    for (let at = 0; at < docs.length; at += 100) await store.upsertDocs(docs.slice(at, at + 100))
    expect(await store.chunkCount()).toBe(1500)
    expect((await store.plans()).vectorSearch![0]).toMatch(
      kind === 8 ? /VSIM .* 1500 elements, int8/ : /in this process/,
    )

    const inGraph = [{ collection: 'many' }, { metadata: { year: { gte: 2000, lte: 2002.5 } } }]
    for (const filter of inGraph) await store.vectorSearch(vector(7), 20, filter)
    // nothing was loaded into this process: the server carried out both
    if (kind === 8) expect(store.vectorBytes()).toBe(0)
    for (const filter of [...inGraph, { metadata: { lang: { gte: 'a' } } }]) {
      const { chunkIds } = await store.vectorSearch(vector(7), 20, filter)
      expect(chunkIds).toHaveLength(20)
      for (const { docId } of await store.hydrate(chunkIds))
        expect(matchesFilter(docs.find(({ doc }) => doc.id === docId)!.doc, filter)).toBe(true)
      const exact = new Set((await store.exactSearch(vector(7), 20, filter)).chunkIds)
      expect(chunkIds.filter((id) => exact.has(id)).length).toBeGreaterThanOrEqual(18)
    }

    // BM25 by its formula, straight from the texts
    const chunks = docs.flatMap(({ doc, chunks }) =>
      chunks.map(({ text }) => ({ id: `${doc.id} ${text}`, ...countsOf(`${doc.title} ${text}`) })),
    )
    const average = chunks.reduce((sum, { length }) => sum + length, 0) / chunks.length
    const bm25 = (asked: string[]) =>
      chunks.map(({ words: terms, counts, length }) =>
        asked.reduce((sum, term) => {
          const times = counts[terms.indexOf(term)] ?? 0
          const having = chunks.filter((each) => each.words.includes(term)).length
          const idf = Math.log(1 + (chunks.length - having + 0.5) / (having + 0.5))
          return sum + (idf * times * 2.2) / (times + 1.2 * (0.25 + (0.75 * length) / average))
        }, 0),
      )
    for (const question of ['birch', 'dune cobalt', 'amber ember fjords nothing']) {
      const { scores } = await store.lexicalSearch(question, 50)
      const expected = bm25(termsOf(question))
        .filter((score) => score > 0)
        .sort((a, b) => b - a)
      for (const [i, score] of scores.entries()) expect(score).toBeCloseTo(expected[i]!, 9)
      expect(scores).toHaveLength(Math.min(50, expected.length))
    }

    const pruned = await opened(server.url, workspace, { 'db.ftsMaxDocShare': 0.05 })
    await pruned.upsertDocs([
      {
        doc: { id: 'rare', title: '', collection: '', hash: '' },
        chunks: [{ text: 'zebra', hash: 'z', vector: vector(1) }],
      },
    ])
    expect((await pruned.lexicalSearch('amber zebra', 50)).chunkIds).toHaveLength(1)
    expect((await pruned.lexicalSearch('amber', 50)).chunkIds).toHaveLength(50)
  })
})
