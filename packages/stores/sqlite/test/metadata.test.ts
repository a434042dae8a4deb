import { join } from 'node:path'
import type { Filter, Match, MetadataValue } from '@tenfold/contracts'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStore, type SqliteStore } from '../src/index.ts'
import { undoMigration } from '../src/migrations/migrate.ts'
import { chunk, doc, folder, opened, options } from './fixture.ts'

type Metadata = Record<string, MetadataValue>
const everything = 1e6
const query = Float32Array.of(1, 0.5, 0.2)

function storeOf(docs: Metadata[], change: Parameters<typeof opened>[0] = {}) {
  const store = opened(change)
  store.upsertDocs(
    docs.map((metadata, i) => ({
      doc: { ...doc(`d${i}`, i % 2 ? 'odd' : 'even'), metadata },
      chunks: [chunk('the word', [1, i % 7, 1]), chunk('the word again', [i % 5, 1, 1])],
    })),
  )
  return store
}
const found = (store: SqliteStore, filter: Filter, limit = everything): string[][] =>
  [store.vectorSearch(query, limit, filter), store.lexicalSearch('word', limit, filter)].map(({ chunkIds }) =>
    [...new Set(store.hydrate(chunkIds).map(({ docId }) => docId))].sort(),
  )

const value = fc.constantFrom<MetadataValue>(0, 1, -2.5, 1e300, '', '1', 'a', 'b', '2026-01-02', true, false)
const field = fc.constantFrom('kind', 'size', '__proto__', 'it\'s "x"')
const match = fc.oneof<fc.Arbitrary<Match>[]>(
  value,
  fc.record({ in: fc.array(value, { maxLength: 3 }) }),
  fc.record(
    { gte: fc.constantFrom<number | string>(0, 1, 'a', ''), lte: fc.constantFrom<number | string>(1, 5, 'b', '2') },
    { requiredKeys: [] },
  ),
)

function holds(value: MetadataValue | undefined, match: Match): boolean {
  if (value === undefined) return false
  if (typeof match !== 'object') return value === match
  if ('in' in match) return match.in.includes(value)
  const { gte, lte } = match
  return (
    [gte, lte].every((bound) => bound === undefined || typeof bound === typeof value) &&
    (gte === undefined || value >= gte) &&
    (lte === undefined || value <= lte)
  )
}

describe('filters by metadata (S3-26)', () => {
  it('leave the same documents to vector search and BM25 as a plain check of each', () => {
    const docs = fc.array(fc.dictionary(field, value, { maxKeys: 4, noNullPrototype: false }), { maxLength: 12 })
    const filters = fc.record({
      collection: fc.option(fc.constantFrom('odd', 'even', 'none'), { nil: undefined }),
      metadata: fc.dictionary(field, match, { maxKeys: 3 }),
    })
    fc.assert(
      fc.property(
        docs,
        fc.array(filters, { maxLength: 4 }),
        fc.constantFrom('bm25', 'maxscore'),
        (docs, asked, ftsOrder) => {
          const store = storeOf(docs, { ftsOrder })
          for (const filter of asked) {
            const wanted = docs.flatMap((metadata, i) =>
              (filter.collection ?? (i % 2 ? 'odd' : 'even')) === (i % 2 ? 'odd' : 'even') &&
              Object.entries(filter.metadata).every(([field, match]) =>
                holds(Object.hasOwn(metadata, field) ? metadata[field] : undefined, match),
              )
                ? [`d${i}`]
                : [],
            )
            expect(found(store, filter)).toEqual([wanted.sort(), wanted])
          }
        },
      ),
      { numRuns: 60 },
    )
  })

  it.each([0.1, 0.01, 0.001, 0])('give min(k, matches) rows at a share of %d, the best of them', (share) => {
    const docs = Array.from({ length: 2000 }, (_, i) => ({ n: i, kind: i < 2000 * share ? 'rare' : 'common' }))
    const store = storeOf(docs, { ftsOrder: 'maxscore' })
    const filter = { metadata: { kind: 'rare' } }
    const matches = 2 * 2000 * share
    for (const k of [1, 10, 100]) {
      const near = store.vectorSearch(query, k, filter)
      expect(near.chunkIds).toHaveLength(Math.min(k, matches))
      const all = store.vectorSearch(query, everything)
      const rare = new Set(store.vectorSearch(query, everything, filter).chunkIds)
      expect(near.scores).toEqual(all.scores.filter((_, i) => rare.has(all.chunkIds[i]!)).slice(0, k))
      expect(store.lexicalSearch('word', k, filter).chunkIds).toHaveLength(Math.min(k, matches))
    }
  })

  it('are served by an index for every one of 16 fields, equality and range alike', () => {
    const path = join(folder(), 'index.db')
    const store = openStore(options(path))
    const metadata = Object.fromEntries(Array.from({ length: 16 }, (_, i) => [`field${i}`, i]))
    store.upsertDocs(
      Array.from({ length: 50 }, (_, i) => ({ doc: { ...doc(`d${i}`), metadata }, chunks: [chunk('x')] })),
    )
    store.close()
    const db = new Database(path)
    for (const condition of ['value = 3', "value >= 3 AND value < ''"]) {
      for (const where of ['field = ?', 'doc_id = 7 AND field = ?']) {
        const plan = db
          .prepare(`EXPLAIN QUERY PLAN SELECT doc_id FROM doc_metadata WHERE ${where} AND ${condition}`)
          .all('field15')
        expect(JSON.stringify(plan)).toMatch(/SEARCH .*(field=\?)/)
      }
    }
    db.close()
  })

  it('follow a document that is replaced or removed', () => {
    const store = storeOf([{ kind: 'a' }, { kind: 'a' }])
    store.upsertDoc({ ...doc('d0'), metadata: { kind: 'b' } }, [chunk('word')])
    expect(found(store, { metadata: { kind: 'a' } })).toEqual([['d1'], ['d1']])
    expect(found(store, { metadata: { kind: 'b' } })).toEqual([['d0'], ['d0']])
    store.removeDoc('d1')
    expect(found(store, { metadata: { kind: 'a' } })).toEqual([[], []])
    store.upsertDoc(doc('d0'), [chunk('word')])
    expect(found(store, { metadata: { kind: 'b' } })).toEqual([[], []])
  })

  it('open a file made before there was metadata', () => {
    const path = join(folder(), 'index.db')
    const store = openStore(options(path))
    store.upsertDoc(doc('a'), [chunk('word')])
    store.close()
    const old = new Database(path)
    expect(undoMigration(old)).toMatchObject({ version: 3 })
    old.close()
    const again = openStore(options(path))
    expect(found(again, { metadata: { kind: 'a' } })).toEqual([[], []])
    again.upsertDoc({ ...doc('b'), metadata: { kind: 'a' } }, [chunk('word')])
    expect(found(again, { metadata: { kind: 'a' } })).toEqual([['b'], ['b']])
    again.close()
  })

  it('refuse what is no value, and write nothing of that document', () => {
    const store = storeOf([])
    const bad = { ...doc('a'), metadata: { size: Number.NaN } }
    expect(() => store.upsertDoc(bad, [chunk('word')])).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
    expect(store.docIds()).toEqual([])
    expect(() => store.lexicalSearch('word', 5, { metadata: { size: { gte: Number.NaN } } })).toThrow('NaN')
  })
})
