import type { Awaitable, ChunkRow, DocRow, FirstStore, Store, StoreIdentity } from '@tenfold/contracts'
import type { IndexOptions } from '@tenfold/vector-search'

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
  vectorScan: VectorScan
}

/** A scan, or a graph beside the file: `ef` of its nodes are looked at, the best `rescore` scored again with f32. */
export type VectorScan = IndexOptions | (Omit<IndexOptions, 'representation'> & { representation: 'graph'; ef: number })

/** How the connection is set, read from it. */
export interface Pragmas {
  journalMode: string
  /** 0 off, 1 normal, 2 full. */
  synchronous: number
  foreignKeys: boolean
  sqliteVersion: string
}

export interface Change {
  undo(): void
}

type AtOnce<Contract> = {
  [Name in keyof Contract]: Contract[Name] extends (...given: infer Given) => infer Result
    ? (...given: Given) => Exclude<Result, Promise<unknown>>
    : Contract[Name]
}

/** One SQLite file with documents, chunks, vectors and full text. Synchronous, as its driver is; one writer. */
export interface SqliteStore
  extends AtOnce<Omit<Store, 'first' | 'refresh'> & Required<Pick<Store, 'snippets' | 'lexicalBytes'>>>,
    FirstStore {
  readonly first: FirstStore
  /** Later where vectors are searched by a graph, which is built here when it is due. */
  refresh(): Awaitable<void>
  /** Opens the graph, or builds it. Until then, and where that cannot be, rows are scanned. Throws ENGINE_UNAVAILABLE without the library. */
  updateGraph(): Promise<void>
  /** Rows of the graph, and those that came and went since; undefined while none is searched. */
  graphRows(): { graph: number; added: number; gone: number } | undefined
  /** Replaces the document and all its chunks in one transaction. Throws DATA_UNREADABLE for a malformed vector. */
  upsertDoc(doc: DocRow, chunks: ChunkRow[]): void
  /** Ids of the chunks of a collection. */
  collectionChunkIds(collection: string): number[]
  /** Row of the vector index that holds a chunk, and the chunk a row holds. */
  rowOfChunk(chunkId: number): number | undefined
  chunkOfRow(row: number): number | undefined
  setAnalyze(value: StoreOptions['analyze']): Change
  setCollectionIndex(value: boolean): Change
  /** Renews the statistics when they are wanted and the chunks have doubled; true when it did. */
  refreshStatistics(): boolean
  pragmas(): Pragmas
  /** Moves the write-ahead log into the file. */
  checkpoint(): void
}
