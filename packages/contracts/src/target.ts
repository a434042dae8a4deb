import type { Doc, Question } from './data.ts'
import type { Knob } from './knob-kinds.ts'
import type { Config, Patch } from './knobs.ts'
import type { Filter, SnippetOptions } from './store.ts'

export type Stage =
  | 'cache'
  | 'embed'
  | 'vector'
  | 'lexical'
  /** Both in one round trip. */
  | 'search'
  | 'fuse'
  | 'rerank'
  | 'hydrate'
  | 'prompt'
  | 'prefill'
  | 'decode'

/** What a target tells while it works: `stage` ends a stage (level 1), `token` streams an answer. */
export type TargetEvent = { type: 'stage'; stage: Stage; ms: number } | { type: 'token'; text: string }

export interface QueryRequest {
  text: string
  /** Passages wanted; the target's own default when absent. */
  k?: number
  /** Generate an answer too, of at most this many tokens; 0 only picks the passages the prompt would hold. */
  answerTokens?: number
  /** Only documents of this collection. */
  collection?: string
  /** Only documents whose fields are so. */
  metadata?: Filter['metadata']
  /** Also of each passage the part that speaks of the question, where the store can tell. */
  snippets?: SnippetOptions
  bypassCache?: boolean
  signal?: AbortSignal
}

export interface Passage {
  chunkId: string
  docId: string
  title: string
  text: string
  score: number
  snippet?: string
}

export interface Usage {
  promptTokens: number
  /** Prompt tokens not evaluated because an earlier evaluation was kept. */
  reusedTokens: number
  completionTokens: number
}

export interface QueryResult {
  /** Document ids, best first, each once. */
  ids: string[]
  passages: Passage[]
  answer?: string
  usage?: Usage
  /** Name of the outermost cache that answered. */
  cacheHit?: string
  /** What went wrong without costing the answer, each in a sentence. */
  warnings?: string[]
}

/** The first state of an index whose vectors are still being made: how it is searched, and the figures that decided it. */
export interface FirstState {
  by: 'words' | 'words and first vectors'
  /** Questions judged by people, or titles that ask for their own documents. */
  kind: 'judged' | 'known items'
  questions: number
  /** Mean nDCG@10 of words alone, and of words fused with first vectors. */
  wordsNdcg: number
  bothNdcg: number
  /** One-sided 95 % bound of the difference; first vectors are used when it is above 0. */
  bound: number
}

/** How far an ingest is. What cannot be told is left out. */
export interface IngestProgress {
  /** Documents stored or found unchanged so far. */
  docs: number
  totalDocs?: number | undefined
  chunks: number
  docsPerSecond: number
  etaMs?: number | undefined
  /** Items that wait behind each stage, by its name. */
  queueDepths: Record<string, number>
}

export interface IngestOptions {
  progress?: (docs: number, chunks: number, event?: IngestProgress) => void
  /** These are all documents: others are removed. */
  replace?: boolean
  /** Judged questions that may be tuned on, for a target that decides something while it ingests. */
  questions?: readonly Question[]
  /** All documents can be found from now on, while `pending` vectors are still to be made; told again as they come. */
  searchable?: (state: FirstState & { searchableMs: number; pending: number }) => void
  /** Documents to come, for the time left. */
  totalDocs?: number
  /** Ends the ingest with the signal's reason; what is stored stays. */
  signal?: AbortSignal
}

export interface IngestStats {
  docs: number
  chunks: number
  embedded: number
  /** Chunks that took the vector of an equal text, stored before or in this ingest. */
  reused?: number
  unchanged: number
  removed: number
  wallMs: number
  /** Where there was a first state: how long until all documents could be found. */
  searchableMs?: number
  first?: FirstState
}

/** Bytes by owner; what a target cannot tell is left out, never guessed. */
export type MemoryMap = Record<string, number>

export interface StoreTimings {
  vectorMs: number
  lexicalMs: number
  hydrateMs: number
  ids: string[]
}

export interface TargetInfo {
  name: string
  /** 0 black box, 1 stage events, 2 knobs. */
  level: 0 | 1 | 2
  stages: Stage[]
  knobs: Record<string, Knob>
  /** Identity of what is loaded: model names → SHA-256. */
  models: Record<string, string>
  chunks: number
}

/** A running RAG system. Level 0 is `info`, `query`, `close`; what else is missing is reported as not available. */
export interface Target {
  info(): Promise<TargetInfo>
  query(request: QueryRequest, on?: (event: TargetEvent) => void): Promise<QueryResult>
  close(): Promise<void>
  /** Vectors of `texts`, row-major, one row per text. */
  embed?(texts: string[]): Promise<Float32Array>
  /** Adds or updates documents; what did not change is not embedded again. */
  ingest?(docs: AsyncIterable<Doc>, options?: IngestOptions): Promise<IngestStats>
  /** Ids of documents by exact search over f32 vectors: truth without labels. */
  exactSearch?(text: string, k: number): Promise<string[]>
  /** The store alone, for a query vector computed beforehand. */
  search?(text: string, vector: Float32Array, collection?: string): Promise<StoreTimings>
  /** How the store carries out each of its statements, by name. */
  plans?(): Promise<Record<string, string[]>>
  /** What only an administrator of its store can do for it, each with the command. */
  advice?(): Promise<string[]>
  apply?(patch: Patch): Promise<{ undo(): Promise<void> }>
  /** What the runtime really uses now; keys it cannot read are left out. */
  readBack?(): Promise<Patch>
  memory?(): Promise<MemoryMap>
  cacheStats?(): Promise<Record<string, { hits: number; misses: number; bytes: number }>>
  reset?(scope: 'cache' | 'all'): Promise<void>
}

export interface OpenOptions {
  config: Config
  /** A folder this target may write to; the index lives here. */
  workspace: string
  /** The folder that the workspace is a copy of, or will be copied to: for what such an index has elsewhere. */
  index?: string
  /** What this door needs to find its system: an address, a command line, a file. Checked by the target itself. */
  options?: Record<string, unknown>
  /** Other systems run in this process, in turn with this one: threads without work must not keep the cores busy. */
  shared?: boolean
  signal?: AbortSignal
}

/** The default export of a target module, as named in tenfold.config.ts. */
export interface TargetModule {
  name: string
  knobs: Record<string, Knob>
  open(options: OpenOptions): Promise<Target>
}
