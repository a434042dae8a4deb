import { setImmediate as immediate } from 'node:timers/promises'
import type { Doc, IngestStats } from '@tenfold/contracts'
import { ahead } from './ahead.ts'
import { type Batch, docsAtOnce, grouped, vectorReuse } from './batches.ts'
import { cutDocs } from './cut.ts'
import { embedBatches } from './embed.ts'
import { progressOf } from './progress.ts'
import type { IngestRun, QueueLimits, QueueName } from './types.ts'
import { admitted, gathered, Window } from './window.ts'

/** Enough that neither a slow file nor a long document empties a queue, and little to hold. */
const defaultLimits: QueueLimits = { read: 32, cut: 32, batched: 1, embedded: 1 }

/**
 * Documents in, chunks with vectors stored: read ‖ cut ‖ embed ‖ commit, each stage ahead of the next by a bounded
 * queue. Unchanged documents are passed over, and a text that has a vector is not embedded again. A batch is one
 * transaction: whatever ends the run, a document is stored whole or as it was. A failure of the source or of a stage
 * before the store comes after the batches before it; one of the store ends the run at once. Throws what failed.
 */
export async function ingest(docs: AsyncIterable<Doc>, run: IngestRun): Promise<IngestStats> {
  const start = performance.now()
  const stats = { docs: 0, chunks: 0, embedded: 0, reused: 0, unchanged: 0, removed: 0 }
  const seen = new Set<string>()
  const stops = { reading: new AbortController(), embedding: new AbortController() }
  const { signal } = stops.embedding
  const abort = () => {
    for (const stop of Object.values(stops)) stop.abort(run.signal!.reason)
  }
  if (run.signal?.aborted) abort()
  run.signal?.addEventListener('abort', abort)
  const window = new Window(run.window || Number.POSITIVE_INFINITY)
  const reuse = vectorReuse(run.store)
  const progress = progressOf(run, start)
  try {
    const { batches, depths } = stagesOf(docs, run, { window, reuse, stops })
    for await (const batch of batches) {
      // The embedding of the next batch begins before this one is written.
      await immediate()
      signal.throwIfAborted()
      await commit(batch)
      progress(stats, depths)
    }
    if (run.replace) await remove()
  } finally {
    run.signal?.removeEventListener('abort', abort)
  }
  await run.store.refresh()
  return { ...stats, wallMs: performance.now() - start }

  async function commit(batch: Batch): Promise<void> {
    const changed = batch.docs.filter(({ cut }) => cut.chunks !== undefined)
    await run.store.upsertDocs(
      changed.map(({ cut: { doc, hash }, pieces }) => ({
        doc: { id: doc.id, title: doc.title, collection: doc.collection, metadata: doc.metadata, hash },
        chunks: pieces.map(({ text, hash, vector }) => ({ text, hash, vector: vector! })),
      })),
    )
    reuse.arrived(batch)
    window.give(batch.docs.length)
    const chunks = changed.reduce((sum, { pieces }) => sum + pieces.length, 0)
    stats.docs += batch.docs.length
    stats.unchanged += batch.docs.length - changed.length
    stats.chunks += chunks
    stats.embedded += batch.fresh.length
    stats.reused += chunks - batch.fresh.length
    if (run.replace) for (const { cut } of batch.docs) seen.add(cut.doc.id)
  }

  async function remove(): Promise<void> {
    for (const id of await run.store.docIds()) {
      signal.throwIfAborted()
      if (!seen.has(id) && (await run.store.removeDoc(id))) stats.removed++
    }
  }
}

interface Shared {
  window: Window
  reuse: ReturnType<typeof vectorReuse>
  stops: Record<'reading' | 'embedding', AbortController>
}

/** The stages in their order; `depths` is what waits in the queue behind each. */
function stagesOf(docs: AsyncIterable<Doc>, run: IngestRun, { window, reuse, stops }: Shared) {
  const limits = { ...defaultLimits, ...run.limits }
  const depths: Record<QueueName, number> = { read: 0, cut: 0, batched: 0, embedded: 0 }
  const queue = (name: QueueName) => ({
    limit: limits[name],
    depth: (waiting: number) => {
      depths[name] = waiting
    },
    // A stage that fails stops the reading, which may wait for a file, or for room that never comes. What is below it
    // goes on to its end, unless nobody is there to take it.
    abandoned: () => {
      if (name !== 'read') stops.reading.abort()
      if (name === 'embedded') stops.embedding.abort()
    },
  })
  // Half a window each: one half is embedded while the other one is read.
  const together = run.window === 0 ? docsAtOnce : Math.min(docsAtOnce, Math.ceil(run.window / 2))
  const source = run.window === 0 ? gathered(docs) : admitted(docs, window)
  const read = ahead(source, { ...queue('read'), signal: stops.reading.signal })
  const cut = ahead(cutDocs(read, run), queue('cut'))
  const batched = ahead(reuse.assign(grouped(cut, together)), queue('batched'))
  const batches = ahead(embedBatches(batched, run.encoder, stops.embedding.signal), queue('embedded'))
  return { batches, depths }
}
