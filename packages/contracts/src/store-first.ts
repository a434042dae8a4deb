import type { DocRow, Filter, Hits, HydratedChunk } from './store.ts'

/** A chunk whose vector may still be to come. */
export interface StagedChunk {
  text: string
  hash: string
  /** Its vector, where it is known already. */
  vector?: Float32Array | undefined
  /** What it is found by meanwhile, of any one length; absent: by its words alone. */
  first?: Float32Array | undefined
}

/**
 * The first state of a store: all chunks can be found while their vectors are still being made. First vectors lie apart and are dropped when
 * the last vector has come, in the same transaction: no search ever sees vectors of both kinds. Answers at once: only a store in this
 * process has one.
 */
export interface FirstStore {
  /**
   * Like `upsertDocs`, for chunks whose vectors are to come. Puts an empty store into its first state. Throws INDEX_MISMATCH for one that
   * has its vectors, since its chunks have no first ones.
   */
  stageDoc(doc: DocRow, chunks: StagedChunk[]): void
  /** While true, `vectorSearch` sees only the chunks that have their vector: use `firstSearch`. */
  isStaged(): boolean
  /** Nearest by first vectors. Throws DATA_UNREADABLE for a query of another length. */
  firstSearch(query: Float32Array, k: number, filter?: Filter): Hits
  /** Chunks without their vector and with an id above `after`, by id. */
  pendingChunks(after: number, limit: number): { chunkId: number; text: string }[]
  pendingCount(): number
  /** Vectors that were to come, in one transaction; chunks that are gone are passed over. With the last one the first state ends. */
  fill(rows: readonly { chunkId: number; vector: Float32Array }[]): void
  /** Forgets the first vectors, not that vectors are to come. */
  clearFirst(): void
  /** What the owner of the first state wrote down about it. */
  note(name: string): string | undefined
  setNote(name: string, value: string): void
  docHash(docId: string): string | undefined
  docIds(): string[]
  /** Vector and hash of each chunk of a document that has its vector, to embed only what changed. */
  docChunks(docId: string): { hash: string; vector: Float32Array }[]
  removeDoc(docId: string): boolean
  lexicalSearch(text: string, limit: number, filter?: Filter): Hits
  hydrate(chunkIds: number[]): HydratedChunk[]
}
