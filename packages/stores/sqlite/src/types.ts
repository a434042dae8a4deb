import type { Filter, MetadataValue } from '@tenfold/contracts'
import type { IndexOptions } from '@tenfold/vector-search'
import type { SnippetOptions } from './snippets.ts'

/** What the vectors and chunks in a file depend on. A file made with another identity is not opened. */
export interface StoreIdentity {
  modelSha256: string
  dims: number
  /** The settings that cut documents into chunks, in any stable wording. */
  chunker: string
}

export interface StoreOptions {
  /** The database file; made when absent. Its folder must exist. */
  path: string
  identity: StoreIdentity
  mmapMib: number
  cacheKib: number
  /** `full`: ANALYZE at opening when the chunks have doubled since the last time; `none`: no planner statistics. */
  analyze: 'none' | 'full'
  /** Prepare each statement once, or at each call. */
  statementReuse: boolean
  /** An index on docs(collection). */
  collectionIndex: boolean
  /** ORDER BY rank, ORDER BY bm25(), or the same from lists of words in memory. */
  ftsOrder: 'rank' | 'bm25' | 'maxscore'
  /** Most memory for these lists. */
  ftsPostingsMib: number
  /** Query words found in more than this share of chunks are dropped; 1 keeps all. */
  ftsMaxDocShare: number
  vectorScan: IndexOptions
}

export interface DocRow {
  /** The id of the document outside; unique. */
  id: string
  title: string
  collection: string
  /** Changes when the document does. */
  hash: string
  metadata?: Readonly<Record<string, MetadataValue>> | undefined
}

export interface ChunkRow {
  text: string
  hash: string
  vector: Float32Array
}

/** A chunk whose vector may still be to come. */
export interface StagedChunk {
  text: string
  hash: string
  /** Its vector, where it is known already. */
  vector?: Float32Array | undefined
  /** What it is found by meanwhile, of any one length; absent: by its words alone. */
  first?: Float32Array | undefined
}

/** Chunk ids best first, with scores: dot products, or BM25 (larger is better). */
export interface Hits {
  chunkIds: number[]
  scores: number[]
}

export interface HydratedChunk {
  chunkId: number
  docId: string
  title: string
  text: string
}

/** Everything read from the connection and the file, in the words of the options. */
export interface StoreReadBack
  extends Pick<StoreOptions, 'mmapMib' | 'cacheKib' | 'analyze' | 'statementReuse' | 'collectionIndex'> {
  ftsOrder: StoreOptions['ftsOrder']
  ftsPostingsMib: number
  ftsMaxDocShare: number
  vectorScan: IndexOptions
  journalMode: string
  /** 0 off, 1 normal, 2 full. */
  synchronous: number
  foreignKeys: boolean
  sqliteVersion: string
}

export interface Change {
  undo(): void
}

/**
 * The first state of a file: all chunks can be found while their vectors are still being made. First vectors lie in a table of their own
 * and are dropped when the last vector has come, in the same transaction: no search ever sees vectors of both kinds.
 */
export interface FirstState {
  /**
   * Like `upsertDoc`, for chunks whose vectors are to come. Puts an empty file into its first state. Throws INDEX_MISMATCH for a file that
   * has its vectors, since its chunks have no first ones.
   */
  stageDoc(doc: DocRow, chunks: StagedChunk[]): void
  /** While true, `vectorSearch` sees only the chunks that have their vector: use `firstSearch`. */
  isStaged(): boolean
  /** Nearest by first vectors. Throws DATA_UNREADABLE for a query of another length. */
  firstSearch(query: Float32Array, k: number, filter?: Filter | string): Hits
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
}

/** One SQLite file with documents, chunks, vectors and full text. Synchronous, as its driver is; one writer. */
export interface Store extends FirstState {
  /** Replaces the document and all its chunks in one transaction. Throws DATA_UNREADABLE for a malformed vector. */
  upsertDoc(doc: DocRow, chunks: ChunkRow[]): void
  /** The same for several documents in one transaction: all of them or none. Throws also STORE_FULL. */
  upsertDocs(batch: { doc: DocRow; chunks: ChunkRow[] }[]): void
  /** False when there was no such document. */
  removeDoc(docId: string): boolean
  docHash(docId: string): string | undefined
  docIds(): string[]
  /** Vector and hash of each chunk of a document that has its vector, to embed only what changed. */
  docChunks(docId: string): { hash: string; vector: Float32Array }[]
  /** A vector for each of these chunk hashes that some document has. */
  vectorsByHash(hashes: string[]): Map<string, Float32Array>
  /** Stored vectors, row-major, in the order of their chunks: all, or every nth where there are more than `limit`. */
  sampleVectors(limit: number): { chunkIds: number[]; vectors: Float32Array }
  chunkCount(): number
  /** Ids of the chunks of a collection. */
  collectionChunkIds(collection: string): number[]
  vectorSearch(query: Float32Array, k: number, filter?: Filter | string): Hits
  /** BM25 over title and text, any word of `text` matching. No input is a syntax error; no words, no hits. */
  lexicalSearch(text: string, limit: number, filter?: Filter | string): Hits
  /** Of each chunk the words around those of the question, by chunk id. */
  snippets(text: string, chunkIds: readonly number[], options: SnippetOptions): Map<number, string>
  /** In the order asked; ids that are gone are left out. */
  hydrate(chunkIds: number[]): HydratedChunk[]
  /** Row of the vector index that holds a chunk, and the chunk a row holds. */
  rowOfChunk(chunkId: number): number | undefined
  chunkOfRow(row: number): number | undefined
  /** Bytes of vectors in memory; 0 before the first vector search. */
  vectorBytes(): number
  /** Bytes of word lists in memory; 0 unless BM25 uses them. */
  postingsBytes(): number
  /** EXPLAIN QUERY PLAN of each statement, by name. */
  plans(): Record<string, string[]>
  setAnalyze(value: StoreOptions['analyze']): Change
  setCollectionIndex(value: boolean): Change
  /** Renews the statistics when they are wanted and the chunks have doubled; for the end of an ingest. */
  refreshStatistics(): boolean
  readBack(): StoreReadBack
  /** Moves the write-ahead log into the file. */
  checkpoint(): void
  close(): void
}
