import type { Doc, FirstStore, IngestOptions, IngestStats, Store } from '@tenfold/contracts'
import { cutDoc, hashOfDoc } from '@tenfold/ingest'
import { fillIn, ingestFast, type StaticEncoder } from '@tenfold/static-encoder'
import { chunkingOf, type IngestOptions as Options } from './ingest.ts'

export interface TwoSpeedOptions extends Omit<Options, 'store'>, Pick<IngestOptions, 'questions' | 'searchable'> {
  first: StaticEncoder
  store: FirstStore & Pick<Store, 'refresh'>
}

/** All documents are findable at once; then their vectors are made. A kill in between leaves the rest to the next ingest. */
export async function ingestInTwoSpeeds(docs: AsyncIterable<Doc>, options: TwoSpeedOptions): Promise<IngestStats> {
  const { encoder, first, store, config, replace, progress, questions = [], searchable = () => {} } = options
  const stop = options.signal ? { signal: options.signal } : {}
  const start = performance.now()
  const fast = await ingestFast(docs, {
    store,
    first,
    hash: hashOfDoc,
    cut: (doc) => cutDoc(doc, { ...chunkingOf(config), countTokens: first.countTokens }),
    depth: config['rag.candidates'],
    questions,
    replace,
    progress,
    ...stop,
  })
  const { decision, searchableMs, decidedMs: _, ...stats } = fast
  const tell = (pending: number) => searchable({ ...decision, searchableMs, pending })
  tell(store.pendingCount())
  const embedded = await fillIn({ store, encoder, onProgress: ({ pending }) => tell(pending), ...stop })
  await store.refresh()
  return { ...stats, embedded, wallMs: performance.now() - start, searchableMs, first: decision }
}
