import { join } from 'node:path'
import type { StagedChunk } from '@tenfold/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { openStore, type SqliteStore } from '../src/index.ts'
import { type chunk, doc, filled, folder, opened, options } from './fixture.ts'

const staged = (text: string, first?: number[], vector?: number[]): StagedChunk => ({
  text,
  hash: `h-${text}`,
  ...(first && { first: Float32Array.from(first) }),
  ...(vector && { vector: Float32Array.from(vector) }),
})

const textsOf = (store: SqliteStore, chunkIds: number[]) => store.hydrate(chunkIds).map(({ text }) => text)
const fillAll = (store: SqliteStore, limit = 100) => {
  const pending = store.pendingChunks(0, limit)
  store.fill(pending.map(({ chunkId, text }) => ({ chunkId, vector: Float32Array.of(text.length, 1, 0) })))
  return pending.length
}

/** Two documents that wait for their vectors. */
function waiting(): SqliteStore {
  const store = opened()
  store.stageDoc(doc('a', 'animals'), [staged('the cat sleeps', [1, 0]), staged('the dog barks', [0, 1])])
  store.stageDoc(doc('b', 'tools'), [staged('a hammer', [-1, 0])])
  return store
}

describe('the first state', () => {
  it('finds by words and by first vectors before any vector is there', () => {
    const store = waiting()
    expect(store.isStaged()).toBe(true)
    expect(store.pendingCount()).toBe(3)
    expect(textsOf(store, store.lexicalSearch('hammer', 5).chunkIds)).toEqual(['a hammer'])
    expect(textsOf(store, store.firstSearch(Float32Array.of(1, 0), 1).chunkIds)).toEqual(['the cat sleeps'])
    expect(textsOf(store, store.firstSearch(Float32Array.of(1, 0), 5, { collection: 'tools' }).chunkIds)).toEqual([
      'a hammer',
    ])
    expect(store.vectorSearch(Float32Array.of(1, 0, 0), 5).chunkIds).toEqual([])
    expect(store.docChunks('a')).toEqual([])
  })

  it('ends with the last vector, and takes all first vectors with it', () => {
    const store = waiting()
    store.firstSearch(Float32Array.of(1, 0), 1)
    const [one, ...rest] = store.pendingChunks(0, 9)
    store.fill([{ chunkId: one!.chunkId, vector: Float32Array.of(1, 0, 0) }])
    expect(store.isStaged()).toBe(true)
    expect(store.firstSearch(Float32Array.of(1, 0), 9).chunkIds).toHaveLength(3)
    expect(store.pendingChunks(0, 9)).toEqual(rest)
    expect(store.pendingChunks(rest[0]!.chunkId, 9)).toEqual(rest.slice(1))
    fillAll(store)
    expect(store.isStaged()).toBe(false)
    expect(store.pendingCount()).toBe(0)
    expect(store.firstSearch(Float32Array.of(1, 0), 9).chunkIds).toEqual([])
    expect(store.vectorSearch(Float32Array.of(1, 0, 0), 9).chunkIds).toHaveLength(3)
  })

  it('is a fact of the file: another connection sees it', () => {
    const path = join(folder(), 'index.db')
    const store = openStore(options(path))
    store.stageDoc(doc('a'), [staged('one', [1, 0])])
    store.setNote('n', 'v')
    store.close()
    const again = openStore(options(path))
    expect(again.isStaged()).toBe(true)
    expect(again.note('n')).toBe('v')
    expect(textsOf(again, again.firstSearch(Float32Array.of(1, 0), 1).chunkIds)).toEqual(['one'])
    fillAll(again)
    again.close()
    const last = openStore(options(path))
    expect(last.isStaged()).toBe(false)
    expect(last.vectorSearch(Float32Array.of(1, 0, 0), 1).chunkIds).toHaveLength(1)
    last.close()
  })

  it('a store that never had one has none', () => {
    expect(filled().isStaged()).toBe(false)
    expect(filled().pendingCount()).toBe(0)
  })

  it('keeps vectors that are known, and does not ask for them again', () => {
    const store = waiting()
    fillAll(store, 1)
    const [known] = store.docChunks('a')
    store.stageDoc(doc('a'), [staged('the cat sleeps', [1, 0], [...known!.vector]), staged('new', [0, 1])])
    expect(store.pendingChunks(0, 9).map(({ text }) => text)).toEqual(['a hammer', 'new'])
  })

  it('passes over chunks that are gone, and ends when the last pending one went', () => {
    const store = waiting()
    const pending = store.pendingChunks(0, 9)
    store.removeDoc('a')
    store.fill(pending.map(({ chunkId }) => ({ chunkId, vector: Float32Array.of(1, 0, 0) })))
    expect(store.vectorSearch(Float32Array.of(1, 0, 0), 9).chunkIds).toHaveLength(1)
    expect(store.isStaged()).toBe(false)

    const other = waiting()
    other.removeDoc('a')
    other.removeDoc('b')
    other.fill([])
    expect(other.isStaged()).toBe(false)
  })

  it('ends when its last chunk is removed, before anything is filled', () => {
    const store = opened()
    store.stageDoc(doc('c'), [staged('one', [1, 0])])
    store.removeDoc('c')
    expect(store.isStaged()).toBe(false)
  })

  it('without first vectors words still find, also after they were cleared', () => {
    const store = opened()
    store.stageDoc(doc('a'), [staged('only words')])
    expect(store.isStaged()).toBe(true)
    expect(store.firstSearch(Float32Array.of(1, 0), 9).chunkIds).toEqual([])
    store.stageDoc(doc('b'), [staged('more words', [1, 0])])
    expect(store.firstSearch(Float32Array.of(1, 0), 9).chunkIds).toHaveLength(1)
    store.clearFirst()
    expect(store.firstSearch(Float32Array.of(1, 0), 9).chunkIds).toEqual([])
    expect(store.lexicalSearch('words', 9).chunkIds).toHaveLength(2)
    expect(store.pendingCount()).toBe(2)
  })

  it('refuses malformed vectors and writes nothing', () => {
    const store = waiting()
    const unreadable = expect.objectContaining({ code: 'DATA_UNREADABLE' })
    const [first] = store.pendingChunks(0, 1)
    expect(() => store.fill([{ chunkId: first!.chunkId, vector: Float32Array.of(1) }])).toThrow(unreadable)
    expect(() => store.stageDoc(doc('c'), [staged('x', [1, 0], [1, 2])])).toThrow(unreadable)
    expect(() => store.firstSearch(Float32Array.of(1, 0, 0), 1)).toThrow(unreadable)
    expect(() => store.upsertDoc(doc('c'), [staged('x') as ReturnType<typeof chunk>])).toThrow(unreadable)
    expect(store.pendingCount()).toBe(3)
    expect(store.docIds()).toEqual(['a', 'b'])
  })

  it('never mixes the two kinds: any order of writes, removals and fills leaves both searches in step with the file', () => {
    const step = fc.tuple(
      fc.constantFrom('stage', 'upsert', 'remove', 'fill'),
      fc.constantFrom('a', 'b', 'c'),
      fc.integer({ min: 1, max: 3 }),
    )
    fc.assert(
      fc.property(fc.array(step, { maxLength: 14 }), (steps) => {
        const path = join(folder(), 'index.db')
        const store = openStore(options(path))
        store.firstSearch(Float32Array.of(1, 0), 1)
        store.vectorSearch(Float32Array.of(1, 0, 0), 1)
        for (const [what, id, count] of steps) {
          const chunks = Array.from({ length: count }, (_, i) => staged(`${id} ${i}`, [i, 1], [i, 0, 1]))
          const complete = !store.isStaged() && store.chunkCount() > 0
          if (what === 'upsert') store.upsertDoc(doc(id), chunks as ReturnType<typeof chunk>[])
          else if (what === 'stage' && complete)
            expect(() => store.stageDoc(doc(id), chunks)).toThrow('has its vectors')
          else if (what === 'stage')
            store.stageDoc(
              doc(id),
              chunks.map(({ vector: _, ...rest }) => rest),
            )
          else if (what === 'remove') store.removeDoc(id)
          else fillAll(store, count)
        }
        const again = openStore(options(path))
        // equal scores may come in another order: rows of removed chunks are used again
        const look = (each: SqliteStore) => {
          const found = [each.firstSearch(Float32Array.of(1, 0), 99), each.vectorSearch(Float32Array.of(1, 0, 0), 99)]
          return [each.isStaged(), ...found.map(({ chunkIds, scores }) => [chunkIds.toSorted(), scores])]
        }
        expect(look(store)).toEqual(look(again))
        const all = store.chunkCount()
        const byFirst = store.firstSearch(Float32Array.of(1, 0), 99).chunkIds.length
        const byVector = store.vectorSearch(Float32Array.of(1, 0, 0), 99).chunkIds.length
        expect(byVector + store.pendingCount()).toBe(all)
        if (store.isStaged()) expect(byFirst).toBe(all)
        else expect([byFirst, byVector]).toEqual([0, all])
        store.close()
        again.close()
      }),
      { numRuns: 40 },
    )
  })
})
