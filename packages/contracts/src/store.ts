import type { Config, KnobKey, Patch } from './knobs.ts'
import type { FirstStore } from './store-first.ts'

/** Stores in this process answer at once, stores behind a network later; who calls them awaits either. */
export type Awaitable<Value> = Value | Promise<Value>

/** What the vectors and chunks of an index depend on. An index made with another identity is not opened. */
export interface StoreIdentity {
  modelSha256: string
  dims: number
  /** The settings that cut documents into chunks, in any stable wording. */
  chunker: string
}

export type MetadataValue = string | number | boolean

/** What a field must be: a value, one of several, or within a range (both ends included, of the type of the bound). */
export type Match = MetadataValue | { in: readonly MetadataValue[] } | { gte?: number | string; lte?: number | string }

/** Conditions that all must hold, as `matchesFilter` says. A document without the field does not match. */
export interface Filter {
  collection?: string | undefined
  metadata?: Readonly<Record<string, Match>> | undefined
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

/** Chunk ids best first, with scores: dot products, or whatever the store ranks words by (larger is better). */
export interface Hits {
  chunkIds: number[]
  scores: number[]
}

export interface SnippetOptions {
  /** What stands before and after a word of the question. */
  open: string
  close: string
  /** Longest snippet: 1 to 64 words. */
  words: number
}

export interface HydratedChunk {
  chunkId: number
  docId: string
  title: string
  text: string
}

/**
 * Documents, chunks, vectors and full text somewhere. Every store passes `storeLaws`. Chunk ids are whole numbers below 2^53 and
 * never come back for another text. Vectors are of length 1. One writer; any number of readers, who meet what was written before a
 * `refresh`. Reading a copy of a workspace is free; the first write to one makes what lies on a server a copy too.
 */
export interface Store {
  /**
   * Replaces each document and all its chunks; the last one counts where an id comes twice. Of one document all chunks are there afterwards or it is as it was before; where the
   * store has transactions the whole batch is one. Throws DATA_UNREADABLE for a malformed vector, before anything is written, and STORE_FULL.
   */
  upsertDocs(batch: { doc: DocRow; chunks: ChunkRow[] }[]): Awaitable<void>
  /** False when there was no such document. */
  removeDoc(docId: string): Awaitable<boolean>
  docHash(docId: string): Awaitable<string | undefined>
  /** In the order of their letters' code units. */
  docIds(): Awaitable<string[]>
  /** A vector for each of these chunk hashes that some document has. */
  vectorsByHash(hashes: string[]): Awaitable<Map<string, Float32Array>>
  /** Stored vectors, row-major, by ascending chunk id: all, or every nth where there are more than `limit`. */
  sampleVectors(limit: number): Awaitable<{ chunkIds: number[]; vectors: Float32Array }>
  chunkCount(): Awaitable<number>
  /** min(k, matches) chunks, whatever the filter leaves. Throws DATA_UNREADABLE for a query that is not `dims` finite numbers. */
  vectorSearch(query: Float32Array, k: number, filter?: Filter): Awaitable<Hits>
  /** The same by exact f32 dot products of all rows: the truth for recall. */
  exactSearch(query: Float32Array, k: number, filter?: Filter): Awaitable<Hits>
  /** Chunks by the words of title and text, any word of `text` matching. No input is a syntax error; no words, no hits. */
  lexicalSearch(text: string, limit: number, filter?: Filter): Awaitable<Hits>
  /** `vectorSearch` and `lexicalSearch` of one question in one round trip, where that is less work than two. */
  searchBoth?(query: Float32Array, text: string, k: number, filter?: Filter): Awaitable<{ near: Hits; worded: Hits }>
  /** In the order asked; ids that are gone are left out. */
  hydrate(chunkIds: number[]): Awaitable<HydratedChunk[]>
  /** For the end of an ingest: what was written can be found, and the planner knows about it. */
  refresh(): Awaitable<void>
  /** Of each chunk that is there the part with most of the words of `text`, those marked; its beginning where it has none. By chunk id. */
  snippets?(text: string, chunkIds: readonly number[], options: SnippetOptions): Awaitable<Map<number, string>>
  /** Bytes of vectors held in this process. */
  vectorBytes(): number
  /** Bytes of what serves `lexicalSearch` in this process. */
  lexicalBytes?(): number
  /** How the store says it carries out each of its statements, by name: EXPLAIN, a profile, or what comes next to it. */
  plans(): Awaitable<Record<string, string[]>>
  /** What only an administrator of the server can do for it, each with the command; what is well is not told. */
  advice?(): Awaitable<string[]>
  /** Knobs as they are in force, asked from the store; what it cannot be asked about is left out. */
  readBack(): Awaitable<Patch>
  /** Twice is harmless. */
  close(): Awaitable<void>
  /** Where documents can be found before their vectors are there: that state. */
  readonly first?: FirstStore
}

export interface StoreOpenOptions {
  config: Config
  /** A folder of this index: a store in files keeps them here, a store behind a network the name of what it made there. */
  workspace: string
  /** The folder that the workspace is a copy of, or will be copied to: what lies on a server lives as long as one of them. */
  index?: string | undefined
  identity: StoreIdentity
  /** Gives up waiting for a server. */
  signal?: AbortSignal | undefined
}

export interface StoreAbilities {
  /** `Filter.metadata`; a store without it throws CONFIG_OUT_OF_RANGE when asked. */
  metadataFilters: boolean
  /** A reader beside a writer meets each document with all its old chunks or all its new ones, also in the middle of a batch. */
  wholeReads: boolean
}

/** The default export of a store package. */
export interface StoreProvider {
  name: string
  /** The keys of the configuration that this store obeys: when one changes, it is opened anew. */
  keys: readonly KnobKey[]
  abilities: StoreAbilities
  /** Throws INDEX_MISMATCH for an index of another identity, ENGINE_UNAVAILABLE with the way out where a client or server is missing. */
  open(options: StoreOpenOptions): Awaitable<Store>
}
