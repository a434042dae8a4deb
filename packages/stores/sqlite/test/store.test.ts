import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Worker } from 'node:worker_threads'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { copyStore, openStore, type SqliteStore } from '../src/index.ts'
import { chunk, doc, filled, folder, opened, options } from './fixture.ts'

const docsOf = (store: SqliteStore, chunkIds: number[]) => store.hydrate(chunkIds).map(({ docId }) => docId)

describe('documents', () => {
  it('replaces a document with all its chunks, in vectors and full text alike', () => {
    const store = filled()
    store.vectorSearch(Float32Array.of(1, 0, 0), 1)
    store.upsertDoc({ ...doc('a', 'animals'), title: 'New', hash: 'h2' }, [chunk('a bird sings', [0, 0.5, 0.5])])
    expect(store.docHash('a')).toBe('h2')
    expect(store.chunkCount()).toBe(3)
    expect(store.lexicalSearch('cat dog', 5).chunkIds).toEqual([])
    expect(docsOf(store, store.lexicalSearch('singing', 5).chunkIds)).toEqual(['a'])
    expect(docsOf(store, store.vectorSearch(Float32Array.of(0, 1, 0), 1).chunkIds)).toEqual(['a'])
    expect(store.docChunks('a')).toEqual([{ hash: 'h-a bird sings', vector: Float32Array.of(0, 0.5, 0.5) }])
  })

  it('removes a document', () => {
    const store = filled()
    store.vectorSearch(Float32Array.of(1, 0, 0), 1)
    expect(store.removeDoc('a')).toBe(true)
    expect(store.removeDoc('a')).toBe(false)
    expect(store.docIds()).toEqual(['b', 'c'])
    expect(store.lexicalSearch('cat', 5).chunkIds).toEqual([])
    expect(store.vectorSearch(Float32Array.of(1, 0, 0), 9).chunkIds).toHaveLength(2)
  })

  it('writes nothing when one vector is malformed', () => {
    const store = filled()
    const broken = [chunk('good'), chunk('bad', [Number.NaN, 0, 0])]
    expect(() => store.upsertDoc(doc('a'), broken)).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
    expect(store.lexicalSearch('cat', 5).chunkIds).toHaveLength(1)
  })

  it('never gives the id of a removed chunk to another text', () => {
    const store = filled()
    const [gone] = store.lexicalSearch('hammer', 1).chunkIds
    store.removeDoc('c')
    store.upsertDoc(doc('d'), [chunk('a saw')])
    expect(store.hydrate([gone!])).toEqual([])
  })

  it('keeps vector search in step with the file through any writes', () => {
    const write = fc.tuple(fc.constantFrom('a', 'b', 'c'), fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 3 }))
    fc.assert(
      fc.property(fc.array(write, { maxLength: 12 }), (writes) => {
        const path = join(folder(), 'index.db')
        const store = openStore(options(path))
        store.vectorSearch(Float32Array.of(1, 1, 1), 1)
        for (const [id, values] of writes) {
          if (values.length === 0) store.removeDoc(id)
          else
            store.upsertDoc(
              doc(id),
              values.map((value) => chunk(`text ${value}`, [value, 0, 0])),
            )
        }
        const query = Float32Array.of(1, 0, 0)
        const again = openStore(options(path))
        const scores = store.vectorSearch(query, 20).scores
        expect(scores).toEqual(again.vectorSearch(query, 20).scores)
        expect(scores).toHaveLength(store.chunkCount())
        store.close()
        again.close()
      }),
      { numRuns: 20 },
    )
  })
})

describe('search', () => {
  it('hydrates in the order asked, passing over ids that are gone', () => {
    const store = filled()
    const { chunkIds } = store.vectorSearch(Float32Array.of(0.1, 0.2, 0.9), 4)
    expect(store.hydrate([chunkIds[2]!, 999, chunkIds[0]!]).map(({ text }) => text)).toEqual([
      'the cat sleeps',
      'the cow eats grass',
    ])
  })

  it.each(['f32', 'int8', 'bit'] as const)(
    'scans %s, follows what is written, and says what it scans',
    (representation) => {
      const vectorScan = { representation, rescore: 40 }
      const store = opened({ vectorScan })
      const one = (i: number) => ({ doc: doc(`d${i}`), chunks: [chunk(`text ${i}`, [i / 60, 0.1, 0])] })
      store.upsertDocs(Array.from({ length: 50 }, (_, i) => one(i)))
      store.vectorSearch(Float32Array.of(1, 0, 0), 1)
      store.upsertDocs(Array.from({ length: 10 }, (_, i) => one(50 + i)))
      store.removeDoc('d58')
      expect(docsOf(store, store.vectorSearch(Float32Array.of(1, 0, 0), 3).chunkIds)).toEqual(['d59', 'd57', 'd56'])
      expect(store.readBack()).toMatchObject({ 'db.vectors': representation, 'db.rescore': 40 })
    },
  )

  it('S3-44 lets threads share a scan, follows what is written, and ends them with the store', async () => {
    const started = once(process, 'worker') as Promise<[Worker]>
    const store = opened({ vectorScan: { representation: 'f32', rescore: 1, threads: 2, splitFromBytes: 1 } })
    store.upsertDocs(Array.from({ length: 50 }, (_, i) => ({ doc: doc(`d${i}`), chunks: [chunk('x', [i, 0, 0])] })))
    const best = () => docsOf(store, store.vectorSearch(Float32Array.of(1, 0, 0), 2).chunkIds)
    expect(best()).toEqual(['d49', 'd48'])
    const [worker] = await started
    await once(worker, 'message')
    store.removeDoc('d49')
    expect(best()).toEqual(['d48', 'd47'])
    expect(store.readBack()['db.scanThreads']).toBe(2)
    const ended = once(worker, 'exit')
    store.close()
    await ended
  })

  it('maps chunks to vector rows and back', () => {
    const store = filled()
    for (const id of store.collectionChunkIds('animals')) expect(store.chunkOfRow(store.rowOfChunk(id)!)).toBe(id)
    expect(store.rowOfChunk(999)).toBeUndefined()
  })

  it('filters both searches by collection', () => {
    const store = filled()
    expect(docsOf(store, store.vectorSearch(Float32Array.of(1, 0, 0), 9, { collection: 'tools' }).chunkIds)).toEqual([
      'c',
    ])
    expect(docsOf(store, store.lexicalSearch('the', 9, { collection: 'tools' }).chunkIds)).toEqual(['c'])
    expect(store.vectorSearch(Float32Array.of(1, 0, 0), 9, { collection: 'none' }).chunkIds).toEqual([])
  })

  it('ranks by title too, and gives the same hits by rank and by bm25', () => {
    const [rank, bm25] = (['rank', 'bm25'] as const).map((ftsOrder) => filled({ ftsOrder }))
    expect(docsOf(rank!, rank!.lexicalSearch('what is in title b?', 1).chunkIds)).toEqual(['b'])
    const question = 'Does the cat or the dog sleep on grass?'
    expect(bm25!.lexicalSearch(question, 9)).toEqual(rank!.lexicalSearch(question, 9))
  })

  it.each([
    '"',
    "'",
    'a AND',
    'NEAR(',
    'NOT',
    'title:cat',
    'c*',
    '^x',
    '-',
    '(',
    '🐈',
    '',
    ' ',
    '\0',
    '{a}:b',
    '"" OR',
  ])('answers %j without a syntax error', (text) => expect(() => filled().lexicalSearch(text, 5)).not.toThrow())

  it('answers any text, and very long ones', () => {
    const store = filled()
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        store.lexicalSearch(text, 5)
      }),
    )
    const long = Array.from({ length: 5000 }, (_, i) => `word${i}`).join(' ')
    expect(store.lexicalSearch(`${long} hammer`, 5).chunkIds).toHaveLength(1)
  })

  it('drops words of most chunks, but not all words of a query', () => {
    const store = filled({ ftsMaxDocShare: 0.5 })
    expect(store.lexicalSearch('the hammer', 9).chunkIds).toHaveLength(1)
    expect(store.lexicalSearch('the', 9).chunkIds).toHaveLength(4)
    store.removeDoc('a')
    store.removeDoc('b')
    expect(store.lexicalSearch('the hammer', 9).chunkIds).toHaveLength(1)
  })
})

describe('opening', () => {
  it.each([
    ['dims', { dims: 4 }],
    ['modelSha256', { modelSha256: 'b'.repeat(64) }],
    ['chunker', { chunker: 'words 100' }],
  ])('refuses a file made with another %s', (name, change) => {
    const base = options(join(folder(), 'index.db'))
    openStore(base).close()
    const other = { ...base, identity: { ...base.identity, ...change } }
    expect(() => openStore(other)).toThrow(
      expect.objectContaining({ code: 'INDEX_MISMATCH', message: expect.stringContaining(name) }),
    )
  })

  it('refuses what is no database, and a folder that is not there', () => {
    const path = join(folder(), 'index.db')
    writeFileSync(path, 'this is not a database, only text that is long enough to look at'.repeat(20))
    expect(() => openStore(options(path))).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
    expect(() => openStore(options(join(folder(), 'no', 'x.db')))).toThrow(
      expect.objectContaining({ code: 'DATA_UNREADABLE' }),
    )
  })

  it('S2-24 S2-25 S2-26 S2-27 reads back what is really in force', () => {
    const change = {
      mmapMib: 256,
      cacheKib: 64000,
      collectionIndex: true,
      analyze: 'full',
      statementReuse: false,
    } as const
    const store = opened(change)
    expect(store.readBack()).toMatchObject(
      Object.fromEntries(Object.entries(change).map(([name, value]) => [`db.${name}`, value])),
    )
    expect(store.pragmas()).toMatchObject({ journalMode: 'wal', synchronous: 1, foreignKeys: true })
    expect(opened().readBack()).toMatchObject({
      'db.mmapMib': 0,
      'db.cacheKib': 16000,
      'db.collectionIndex': false,
      'db.analyze': 'none',
    })
  })
})

describe('tuning', () => {
  it('S2-28 has indexes on the foreign keys, and uses the collection index when there is one', () => {
    const store = filled()
    expect(store.plans().chunkIdsOfDoc!.join()).toContain('chunks_doc')
    expect(store.plans().collectionChunkIds!.join()).toContain('SCAN d')
    const change = store.setCollectionIndex(true)
    expect(store.plans().collectionChunkIds!.join()).toContain('docs_collection')
    expect(docsOf(store, store.lexicalSearch('the', 9, { collection: 'tools' }).chunkIds)).toEqual(['c'])
    change.undo()
    expect(store.plans().collectionChunkIds!.join()).toContain('SCAN d')
  })

  it('S2-29 makes and removes planner statistics, and renews them after growth', () => {
    const path = join(folder(), 'index.db')
    const store = openStore({ ...options(path), analyze: 'full' })
    store.upsertDoc(doc('a'), [chunk('one'), chunk('two')])
    expect(store.refreshStatistics()).toBe(true)
    expect(store.refreshStatistics()).toBe(false)
    const rows = () => {
      const db = new Database(path, { readonly: true })
      const count = db.prepare('SELECT count(*) FROM sqlite_stat1').pluck().get()
      db.close()
      return count
    }
    expect(rows()).toBeGreaterThan(0)
    const change = store.setAnalyze('none')
    expect(rows()).toBe(0)
    expect(store.readBack()['db.analyze']).toBe('none')
    change.undo()
    expect(rows()).toBeGreaterThan(0)
    store.close()
  })

  it('copies a store that is being written to', () => {
    const to = join(folder(), 'copy.db')
    const path = join(folder(), 'index.db')
    const store = openStore(options(path))
    store.upsertDoc(doc('a'), [chunk('still in the log')])
    copyStore(path, to)
    store.upsertDoc(doc('b'), [chunk('after the copy')])
    const copy = openStore(options(to))
    expect(copy.docIds()).toEqual(['a'])
    expect(copy.lexicalSearch('log', 1).chunkIds).toHaveLength(1)
    copy.close()
    store.close()
    expect(() => copyStore(join(path, 'no'), to)).toThrow(expect.objectContaining({ code: 'INDEX_MISSING' }))
  })
})

describe('batches', () => {
  it('S3-46: a batch is stored whole or not at all, and search follows it', () => {
    const store = filled()
    store.vectorSearch(Float32Array.of(1, 0, 0), 1)
    const batch = [
      { doc: doc('a'), chunks: [chunk('a bird sings', [0.5, 0.5, 0])] },
      { doc: doc('d'), chunks: [chunk('a saw', [0, 0, 2]), chunk('a drill', [0, 2, 0])] },
    ]
    store.upsertDocs(batch)
    expect(store.docIds()).toEqual(['a', 'b', 'c', 'd'])
    expect(docsOf(store, store.vectorSearch(Float32Array.of(0, 1, 0), 1).chunkIds)).toEqual(['d'])
    const broken = [
      { doc: doc('e'), chunks: [chunk('good')] },
      { doc: doc('f'), chunks: [chunk('bad', [Number.NaN, 0, 0])] },
    ]
    expect(() => store.upsertDocs(broken)).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
    expect(store.docIds()).toEqual(['a', 'b', 'c', 'd'])
    store.upsertDocs([])
    expect(store.chunkCount()).toBe(5)
  })

  it('S3-20: finds the vector of a text in any document, by an index', () => {
    const store = filled()
    store.upsertDoc(doc('z'), [chunk('the cat sleeps', [1, 0, 0])])
    const found = store.vectorsByHash(['h-the cat sleeps', 'h-the cow eats grass', 'h-nobody'])
    expect(found).toEqual(
      new Map([
        ['h-the cat sleeps', Float32Array.of(1, 0, 0)],
        ['h-the cow eats grass', Float32Array.of(0, 0, 1)],
      ]),
    )
    expect(store.plans().vectorsByHash!.join()).toContain('chunks_hash')
    expect(store.plans().vectorsByHash!.join()).not.toMatch(/SCAN [cv]\b/)
  })

  it('samples vectors evenly where there are more than wanted', () => {
    const store = filled()
    const { chunkIds, vectors } = store.sampleVectors(4)
    expect(store.hydrate(chunkIds).map(({ docId }) => docId)).toEqual(['a', 'a', 'b', 'c'])
    expect(vectors).toEqual(Float32Array.of(1, 0, 0, 0, 1, 0, 0, 0, 1, -1, 0, 0))
    expect(store.sampleVectors(3).chunkIds).toEqual([chunkIds[0], chunkIds[2]])
    expect(opened().sampleVectors(3).chunkIds).toEqual([])
  })
})
