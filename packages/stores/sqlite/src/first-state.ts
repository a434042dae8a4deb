import { type DocRow, type Filter, type FirstStore, PipelineError, type StagedChunk } from '@tenfold/contracts'
import { checkVector } from '@tenfold/store-kit'
import type { IndexOptions } from '@tenfold/vector-search'
import type { Connection } from './connection.ts'
import { readMeta, writeMeta } from './meta.ts'
import type { Prepare } from './statements.ts'
import type { StoreOptions } from './types.ts'
import { fromBlob, toBlob, VectorRows } from './vector-rows.ts'

/** What is of the first state alone; the rest of a `FirstStore` is the store's. */
type FirstState = Pick<
  FirstStore,
  | 'stageDoc'
  | 'isStaged'
  | 'firstSearch'
  | 'pendingChunks'
  | 'pendingCount'
  | 'fill'
  | 'clearFirst'
  | 'note'
  | 'setNote'
>

interface Around {
  db: Connection
  prepare: Prepare
  options: Pick<StoreOptions, 'path' | 'identity'> & { vectorScan: IndexOptions }
  /** Writes a staged document and keeps the other searches in step. */
  write(doc: DocRow, chunks: StagedChunk[]): void
  /** The vector of a chunk has come. */
  came(chunkId: number, vector: Float32Array): void
  /** Ids of the chunks that a filter leaves; undefined: all. */
  chunkIdsOf(filter: Filter | undefined): number[] | undefined
}

/** The first state of a store, and what keeps its search in step with writes. */
export function firstState({ db, prepare, options, write, came, chunkIdsOf }: Around) {
  const { dims } = options.identity
  let loaded: VectorRows | undefined
  let staged: boolean | undefined
  const rows = (length: number) => {
    if (loaded) return loaded
    const stored = prepare('firstVectors').all() as { id: number; data: Buffer }[]
    for (const { id, data } of stored) checkVector(fromBlob(data), length, `the first state (chunk ${id})`)
    // it lasts as long as an ingest: no threads for that
    loaded = new VectorRows({ ...options.vectorScan, threads: 1 }, length, stored)
    return loaded
  }
  const pendingCount = () => prepare('pendingCount').pluck().get() as number
  const fill = db.transaction((vectors: Parameters<FirstStore['fill']>[0]) => {
    const written = vectors.filter(
      ({ chunkId, vector }) => prepare('fillVector').run(toBlob(vector), chunkId).changes > 0,
    )
    const complete = pendingCount() === 0
    if (complete) prepare('endFirst').run()
    return { written, complete }
  })
  const noteKey = (name: string) => `note.${name}`

  const state: FirstState = {
    stageDoc(doc, chunks) {
      if (!state.isStaged() && (prepare('chunkCount').pluck().get() as number) > 0) {
        const message = `${options.path} has its vectors: its chunks could not be found by first ones`
        throw new PipelineError('INDEX_MISMATCH', message, 'store the document with its vectors, by upsertDoc')
      }
      write(doc, chunks)
      if (chunks.length > 0) staged = true
    },
    isStaged() {
      staged ??= prepare('anyFirst').pluck().get() === 1
      return staged
    },
    firstSearch: (query, k, filter) => rows(query.length).search(query, k, chunkIdsOf(filter)),
    pendingChunks: (after, limit) => prepare('pendingChunks').all(after, limit) as { chunkId: number; text: string }[],
    pendingCount,
    fill(vectors) {
      for (const { chunkId, vector } of vectors) checkVector(vector, dims, `chunk ${chunkId}`)
      const { written, complete } = fill.immediate(vectors)
      for (const { chunkId, vector } of written) came(chunkId, vector)
      if (!complete) return
      staged = false
      loaded = undefined
    },
    clearFirst() {
      prepare('clearFirst').run()
      loaded = undefined
    },
    note: (name) => readMeta(db, noteKey(name)),
    setNote: (name, value) => writeMeta(db, noteKey(name), value),
  }
  return {
    state,
    /** Chunks that were written, to be found by the next search. */
    follow(added: readonly number[], chunks: readonly StagedChunk[]) {
      for (const [i, id] of added.entries()) {
        const { first } = chunks[i]!
        if (first) loaded?.add(id, first)
      }
    },
    forget: (removed: readonly number[]) => {
      for (const id of removed) loaded?.remove(id)
      // the last chunk of the first state may be among them: the file tells
      if (removed.length > 0) staged = undefined
    },
  }
}
