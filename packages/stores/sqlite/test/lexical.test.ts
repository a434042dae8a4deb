import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore, type SqliteStore } from '../src/index.ts'
import { maxScore, type Postings } from '../src/max-score.ts'
import { chunk, doc, filled, folder, opened, options } from './fixture.ts'

const postings = fc
  .dictionary(fc.integer({ min: 1, max: 40 }).map(String), fc.constantFrom(1e-6, 0.1, 0.25, 0.5, 1, 3, 7.7))
  .map((impacts): Postings => {
    const ids = Uint32Array.from(Object.keys(impacts), Number).sort()
    const values = Float64Array.from(ids, (id) => impacts[id]!)
    return { ids, impacts: values, most: Math.max(0, ...values) }
  })

/** Every sum, in the order of the words. */
function plainly(words: Postings[], limit: number, allowed?: ReadonlySet<number>) {
  const sums = new Map<number, number>()
  for (const { ids, impacts } of words) {
    for (const [i, id] of ids.entries()) if (allowed?.has(id) ?? true) sums.set(id, (sums.get(id) ?? 0) + impacts[i]!)
  }
  const best = [...sums].sort(([a, x], [b, y]) => y - x || a - b).slice(0, limit)
  return { ids: best.map(([id]) => id), scores: best.map(([, score]) => score) }
}

describe('maxScore', () => {
  it('gives the ids, the order and the bits of plain sums', () => {
    const some = fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 40 })), { nil: undefined })
    fc.assert(
      fc.property(fc.array(postings, { maxLength: 7 }), fc.nat(12), some, (words, limit, given) => {
        expect(maxScore(words, limit, given)).toEqual(plainly(words, limit, given && new Set(given)))
      }),
      { numRuns: 1000 },
    )
  })

  it('reads only what may still come in of a long list of a common word', () => {
    const common = {
      ids: Uint32Array.from({ length: 1000 }, (_, i) => i + 1),
      impacts: new Float64Array(1000).fill(0.1),
    }
    let reads = 0
    const counted = new Proxy(common.impacts, {
      get: (target, key) => {
        if (typeof key === 'string' && /^\d+$/.test(key)) reads++
        return Reflect.get(target, key)
      },
    })
    const rare = { ids: Uint32Array.of(3, 500, 900), impacts: Float64Array.of(5, 6, 7), most: 7 }
    const { ids } = maxScore([{ ...common, impacts: counted, most: 0.1 }, rare], 2)
    expect(ids).toEqual([900, 500])
    expect(reads).toBeLessThan(510)
  })
})

// few words, so that most documents have the common ones, several stems are one, and scores are often equal
const word = fc.constantFrom(
  'the',
  'the',
  'a',
  'run',
  'running',
  'runs',
  'stream',
  'cat',
  'Überraschung',
  'x1',
  'naïve',
)
const text = fc.array(word, { minLength: 1, maxLength: 12 }).map((words) => words.join(' '))
const corpus = fc.array(fc.record({ id: fc.constantFrom(...'abcdefghij'), title: text, text }), { maxLength: 25 })
const questions = fc.array(fc.array(fc.oneof(word, fc.string()), { maxLength: 8 }), { minLength: 1, maxLength: 4 })

describe('BM25 from lists of words', () => {
  it('is ORDER BY bm25() to the last bit, through any writes, with and without a filter', () => {
    fc.assert(
      fc.property(corpus, questions, fc.integer({ min: 1, max: 30 }), (docs, asked, limit) => {
        const path = join(folder(), 'index.db')
        const [lists, query] = [
          openStore({ ...options(path), ftsOrder: 'maxscore' }),
          openStore({ ...options(path), ftsOrder: 'bm25' }),
        ]
        const compare = () => {
          for (const text of asked.map((words) => words.join(' '))) {
            for (const filter of [undefined, { collection: 'even' }])
              expect(lists.lexicalSearch(text, limit, filter)).toEqual(query.lexicalSearch(text, limit, filter))
          }
        }
        for (const [i, { id, title, text }] of docs.entries()) {
          lists.upsertDoc(doc(id, i % 2 ? 'odd' : 'even', title), [chunk(text), chunk(`${title} ${text}`)])
          if (i % 5 === 4) lists.removeDoc(id)
          if (i % 7 === 0) compare()
        }
        compare()
        lists.close()
        query.close()
      }),
      { numRuns: 40 },
    )
  })

  it('sees what another connection has written', () => {
    const path = join(folder(), 'index.db')
    const [reader, writer] = [1, 2].map(() => openStore({ ...options(path), ftsOrder: 'maxscore' })) as [
      SqliteStore,
      SqliteStore,
    ]
    onTestFinished(() => void [reader, writer].map((store) => store.close()))
    writer.upsertDoc(doc('a'), [chunk('a hammer')])
    expect(reader.lexicalSearch('hammer', 5).chunkIds).toHaveLength(1)
    writer.upsertDoc(doc('b'), [chunk('another hammer')])
    expect(reader.lexicalSearch('hammer', 5).chunkIds).toHaveLength(2)
    writer.removeDoc('a')
    expect(reader.lexicalSearch('hammer', 5).chunkIds).toHaveLength(1)
  })

  it('keeps its memory below what it may have, and answers all the same', () => {
    const store = opened({ ftsOrder: 'maxscore', ftsPostingsMib: 1 })
    const words = Array.from({ length: 20 }, (_, i) => `word${i}`)
    store.upsertDocs(
      Array.from({ length: 60 }, (_, i) => ({
        doc: doc(`d${i}`),
        chunks: Array.from({ length: 100 }, () => chunk(words.join(' '))),
      })),
    )
    for (const each of words) expect(store.lexicalSearch(each, 3).chunkIds).toEqual([1, 2, 3])
    expect(store.lexicalSearch(words.join(' '), 3).chunkIds).toEqual([1, 2, 3])
    expect(store.lexicalBytes()).toBeGreaterThan(2 ** 19)
    expect(store.lexicalBytes()).toBeLessThanOrEqual(2 ** 20)
    store.removeDoc('d0')
    expect(store.lexicalBytes()).toBe(0)
  })

  it('reads its lists in the order of the index, without a sort', () => {
    expect(filled().plans().wordScores!.join()).not.toContain('TEMP B-TREE')
  })
})

describe('snippets', () => {
  it('mark the words of the question, by stem, and begin a text that has none', () => {
    const store = filled()
    const [nail] = store.lexicalSearch('nail', 1).chunkIds
    const [cow] = store.lexicalSearch('cow', 1).chunkIds
    const found = store.snippets('hammers or nails?', [cow!, nail!, 999], { open: '[', close: ']', words: 3 })
    expect([...found]).toEqual([
      [cow, 'the cow eats…'],
      [nail, expect.stringMatching(/\[(hammer|nail)\]/)],
    ])
  })

  it.each(['', '"', 'AND OR', '\u0000'])('take %j for a question', (text) => {
    const store = filled()
    expect([...store.snippets(text, [1], { open: '[', close: ']', words: 99 }).values()]).toEqual(['the cat sleeps'])
  })
})
