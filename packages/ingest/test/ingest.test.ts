import { setTimeout as sleep } from 'node:timers/promises'
import type { IngestProgress } from '@tenfold/contracts'
import type { SqliteStore } from '@tenfold/store-sqlite'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ingest } from '../src/ingest.ts'
import { contents, doc, docs, folder, settings, storeIn, stream, vectorOf, wordEncoder } from './fixture.ts'

/** A store whose chunks can be read back as text: what a vector belongs to is compared by its text. */
const texts = (store: SqliteStore) => {
  const { chunkIds, vectors } = store.sampleVectors(1e6)
  return store
    .hydrate(chunkIds)
    .map(({ docId, text }, row) => ({ docId, text, vector: vectors.slice(row * 4, row * 4 + 4) }))
}

async function taken(count: number, change: Parameters<typeof settings>[1] = {}) {
  const store = storeIn(folder())
  const stats = await ingest(stream(docs(count)), settings(store, change))
  const kept = contents(store)
  store.close()
  return { stats, kept }
}

describe('ingest', () => {
  it('S3-20: embeds each text once, in a batch, across batches and across runs', async () => {
    const store = storeIn(folder())
    const embedded: string[] = []
    const run = settings(store, { encoder: wordEncoder(embedded), window: 4 })
    const stats = await ingest(stream(docs(20)), run)
    expect(new Set(embedded).size).toBe(embedded.length)
    expect(embedded.filter((text) => text.includes('Shared'))).toHaveLength(5)
    expect(stats).toMatchObject({ docs: 20, chunks: store.chunkCount(), embedded: embedded.length })
    expect(stats.reused).toBe(stats.chunks - embedded.length)
    for (const { text, vector } of texts(store)) expect(vector).toEqual(vectorOf(text))

    // the same text under other names: nothing to embed, though the old documents go
    embedded.splice(0)
    const renamed = docs(20).map((each) => ({ ...each, id: `moved-${each.id}` }))
    const moved = await ingest(stream(renamed), run)
    expect(embedded).toEqual([])
    expect(moved).toMatchObject({ embedded: 0, reused: stats.chunks, removed: 20 })
    for (const { text, vector } of texts(store)) expect(vector).toEqual(vectorOf(text))
    store.close()
  })

  it('S4-22: commits at most 100 documents in one transaction', async () => {
    const store = storeIn(folder())
    const batches: number[] = []
    const recording: SqliteStore = {
      ...store,
      upsertDocs(batch) {
        batches.push(batch.length)
        store.upsertDocs(batch)
      },
    }
    const tiny = Array.from({ length: 250 }, (_, n) => ({ ...doc(n), text: `Only ${n}.` }))
    await ingest(stream(tiny), settings(recording, { window: 0 }))
    expect(batches).toEqual([100, 100, 50])
    await ingest(stream(tiny), settings(recording, { window: 0 }))
    expect(batches.slice(3)).toEqual([0, 0, 0])
    store.close()
  })

  it('S0-4: a batch is being embedded while the one before it is committed', async () => {
    const store = storeIn(folder())
    const log: string[] = []
    const encoder = wordEncoder([], async () => {
      log.push('begin')
      await sleep(30)
      log.push('end')
    })
    const recording: SqliteStore = {
      ...store,
      upsertDocs(batch) {
        log.push('commit')
        store.upsertDocs(batch)
      },
    }
    await ingest(stream(docs(12)), settings(recording, { encoder, window: 6 }))
    store.close()
    expect(log.join(' ')).toContain('begin commit end')
    expect(log.filter((step) => step === 'commit')).toHaveLength(4)
  })

  it('S2-10: never more documents between source and store than the window, and tells how far it is', async () => {
    const store = storeIn(folder())
    let [read, done, most] = [0, 0, 0]
    const source = async function* () {
      for (const each of docs(40)) {
        most = Math.max(most, ++read - done)
        yield each
      }
    }
    const events: IngestProgress[] = []
    const progress = (count: number, _: number, event: IngestProgress) => {
      done = count
      events.push(event)
    }
    await ingest(source(), settings(store, { window: 7, progress, totalDocs: 40 }))
    store.close()
    expect(most).toBe(7)
    expect(events.map((event) => event.docs)).toEqual([4, 8, 12, 16, 20, 24, 28, 32, 36, 40])
    expect(events.at(-1)).toMatchObject({ totalDocs: 40, etaMs: 0 })
    expect(events[0]!.etaMs).toBeGreaterThan(0)
    for (const { queueDepths } of events) expect(queueDepths.read! + queueDepths.cut!).toBeLessThanOrEqual(7)
  })

  it('holds order and exactly-once for any delays, windows, queue sizes and failures', async () => {
    const wait = fc.integer({ min: 0, max: 2 })
    const limit = fc.integer({ min: 1, max: 4 })
    const whole = (await taken(23)).kept
    await fc.assert(
      fc.asyncProperty(
        fc.record({ read: limit, cut: limit, batched: limit, embedded: limit }),
        fc.constantFrom(0, 1, 2, 3, 7, 100),
        fc.record({ read: wait, embed: wait }),
        fc.option(
          fc.tuple(fc.constantFrom('read', 'cut', 'dedupe', 'embed', 'commit', 'progress', 'abort'), fc.nat(30)),
        ),
        async (limits, window, delay, failure) => {
          const store = storeIn(folder())
          const stop = new AbortController()
          let failed = false
          const calls: Record<string, number> = {}
          const step = (name: string) => {
            calls[name] = (calls[name] ?? 0) + 1
            if (failure?.[0] === 'abort' && name === 'read' && calls[name] === failure[1]) {
              failed = true
              stop.abort(new Error('abort broke'))
            }
            if (failure?.[0] !== name || calls[name] !== failure[1]) return
            failed = true
            throw new Error(`${name} broke`)
          }
          const breaking: SqliteStore = {
            ...store,
            docHash: (id) => {
              step('cut')
              return store.docHash(id)
            },
            vectorsByHash: (hashes) => {
              step('dedupe')
              return store.vectorsByHash(hashes)
            },
            upsertDocs: (batch) => {
              step('commit')
              store.upsertDocs(batch)
            },
          }
          const encoder = wordEncoder([], async (_, signal) => {
            if (delay.embed > 0) await sleep(delay.embed)
            signal?.throwIfAborted()
            step('embed')
          })
          const source = async function* () {
            for (const each of docs(23)) {
              if (delay.read > 0) await sleep(delay.read - 1)
              step('read')
              yield each
            }
          }
          const committed: number[] = []
          const progress = (count: number) => {
            committed.push(count)
            step('progress')
          }
          const run = settings(breaking, { encoder, window, limits, progress, signal: stop.signal })
          const outcome = await ingest(source(), run).then(
            (stats) => stats,
            (error: Error) => error.message,
          )
          const kept = contents(store)
          store.close()
          if (failed) expect(outcome).toBe(`${failure![0]} broke`)
          else expect(kept).toEqual(whole)
          // what is stored is the documents as they came, up to the last commit, and nothing of the next
          const order = docs(committed.at(-1) ?? 0).map(({ id }) => id)
          expect(kept).toEqual(whole.filter(({ id }) => order.includes(id)))
          expect(committed).toEqual([...committed].sort((a, b) => a - b))
        },
      ),
      { numRuns: 60 },
    )
  }, 60_000)

  it('ends at an abort although the source is silent, and leaves no rejection behind', async () => {
    const store = storeIn(folder())
    const stop = new AbortController()
    const silent = async function* () {
      yield* docs(4)
      await new Promise(() => {})
    }
    setTimeout(() => stop.abort(new Error('enough')), 20)
    await expect(ingest(silent(), settings(store, { window: 4, signal: stop.signal }))).rejects.toThrow('enough')
    expect(store.docIds()).toHaveLength(4)
    await expect(ingest(stream(docs(4)), settings(store, { signal: stop.signal }))).rejects.toThrow('enough')
    store.close()
  })

  it('removes nothing when it did not see all documents', async () => {
    const store = storeIn(folder())
    await ingest(stream(docs(9)), settings(store))
    const failing = async function* () {
      yield* docs(2)
      throw new Error('the disk went away')
    }
    await expect(ingest(failing(), settings(store))).rejects.toThrow('the disk went away')
    expect(store.docIds()).toHaveLength(9)
    store.close()
  })
})
