import type { Doc, FirstState, FirstStore, Question } from '@tenfold/contracts'
import { decide } from './gate.ts'
import { knownItems } from './known-items.ts'
import { searchFirst } from './search-first.ts'
import type { StaticEncoder } from './static-encoder.ts'

export interface FastOptions {
  store: FirstStore
  first: StaticEncoder
  hash(doc: Doc): string
  cut(doc: Doc): { text: string; hash: string }[]
  /** Most chunks in each list of a search: the gate asks its questions as they will be asked. */
  depth: number
  /** Judged questions for the gate, none of them used to check the outcome; known items are made when there are none. */
  questions: readonly Question[]
  /** Documents that did not come again are removed. */
  replace: boolean
  progress(docs: number, chunks: number): void
  /** Ends the ingest with the signal's reason; what is stored stays. */
  signal?: AbortSignal
}

export interface FastStats {
  docs: number
  chunks: number
  unchanged: number
  removed: number
  /** Until every document could be found, and until the gate had decided how, from the start. */
  searchableMs: number
  decidedMs: number
  decision: FirstState
}

/** Names of notes in the store. */
const notes = { space: 'first.space', decision: 'first.decision' }

/** First speed: every document can be found, by its words and its static vectors, before any real vector is made. */
export async function ingestFast(docs: AsyncIterable<Doc>, options: FastOptions): Promise<FastStats> {
  const { store, first, hash, cut, progress } = options
  const start = performance.now()
  if (store.note(notes.space) !== first.space) {
    store.clearFirst()
    store.setNote(notes.space, first.space)
  }
  const items = knownItems()
  const seen = new Set<string>()
  const stats = { docs: 0, chunks: 0, unchanged: 0, removed: 0 }
  for await (const doc of docs) {
    options.signal?.throwIfAborted()
    seen.add(doc.id)
    items.see(doc)
    stats.docs++
    const mark = hash(doc)
    if (store.docHash(doc.id) === mark) {
      stats.unchanged++
      continue
    }
    const known = new Map(store.docChunks(doc.id).map((chunk) => [chunk.hash, chunk.vector]))
    const chunks = cut(doc)
    const slab = first.embed(chunks.map(({ text }) => text))
    const { id, title, collection, metadata } = doc
    store.stageDoc(
      { id, title, collection, metadata, hash: mark },
      chunks.map((chunk, row) => ({
        ...chunk,
        vector: known.get(chunk.hash),
        first: slab.subarray(row * first.dims, (row + 1) * first.dims),
      })),
    )
    stats.chunks += chunks.length
    progress(stats.docs, stats.chunks)
  }
  if (options.replace) {
    for (const id of store.docIds()) if (!seen.has(id) && store.removeDoc(id)) stats.removed++
  }
  const searchableMs = performance.now() - start
  const judged = options.questions.length > 0
  const decision = weigh(options, judged ? options.questions : items.questions, judged ? 'judged' : 'known items')
  store.setNote(notes.decision, JSON.stringify(decision))
  return { ...stats, searchableMs, decidedMs: performance.now() - start, decision }
}

/** The decision kept in `store`, or undefined before the first one: then words alone find. */
export function decisionOf(store: FirstStore): FirstState | undefined {
  const note = store.note(notes.decision)
  return note === undefined ? undefined : JSON.parse(note)
}

/** Whether a search in the first state takes the vector of `first` too. */
export const usesFirst = (store: FirstStore, first: Pick<StaticEncoder, 'space'>): boolean =>
  decisionOf(store)?.by === 'words and first vectors' && store.note(notes.space) === first.space

function weigh(
  { store, first, depth }: FastOptions,
  questions: readonly Question[],
  kind: FirstState['kind'],
): FirstState {
  const documents = (text: string, vector?: Float32Array) => {
    const chunks = searchFirst(store, text, { vector, depth }).map(({ id }) => id)
    return [...new Set(store.hydrate(chunks).map(({ docId }) => docId))]
  }
  return decide(
    { questions, kind },
    (text) => documents(text),
    (text) => documents(text, first.embed([text])),
  )
}
