import { choice, flag, int, type Knob, type KnobValue, real } from './knob-kinds.ts'
import { serverKnobs } from './server-knobs.ts'

/** Where an index can live; each has a package `@tenfold/store-<name>`. */
export const storeNames = [
  'sqlite',
  'postgres',
  'opensearch',
  'elasticsearch',
  'qdrant',
  'meilisearch',
  'redis',
] as const

/**
 * Every setting of the built-in system: key, range, default, what it can change. The only place a default lives.
 * Defaults are the honest baseline (docs/method.md says why); the prefix names the phase that may change the key,
 * and `rag.*` keys belong to the owner of the system: no phase touches them.
 */
export const knobs = {
  'rag.k': int(5, 1, 100, 'passages', {
    levels: [5],
    affects: ['query', 'store', 'answer', 'stream'],
    lossy: true,
    about: 'passages returned by a query',
  }),
  'rag.candidates': int(50, 5, 1000, 'chunks', {
    levels: [50],
    affects: ['query', 'store', 'stream'],
    lossy: true,
    about: 'chunks taken from each of vector search and BM25 before fusion',
  }),
  'rag.rrfK': int(60, 1, 1000, 'rank offset', {
    levels: [60],
    affects: [],
    lossy: true,
    about: 'constant of reciprocal rank fusion',
  }),
  'rag.fusion': choice('rrf', ['rrf', 'convex'], {
    levels: ['rrf'],
    affects: [],
    lossy: true,
    about:
      'vector search and BM25 fused by rank, or as a weighted sum of scores; none is faster, and fitFusion tells which finds more',
  }),
  'rag.fusionWeight': real(0.5, 0, 1, 'share of the vector score', {
    levels: [0.5],
    affects: [],
    lossy: true,
    about: 'weight of vector search where rag.fusion is convex; BM25 has the rest',
  }),
  'rag.rerankDepth': int(20, 0, 1000, 'chunks', {
    levels: [20],
    affects: ['query', 'stream'],
    lossy: true,
    about: 'fused chunks shown to the reranker, where tenfold.config.ts names one; 0 shows it none',
  }),
  'rag.rerankTimeoutMs': int(2000, 1, 600000, 'ms', {
    levels: [2000],
    affects: [],
    lossy: true,
    about: 'longest wait for the reranker; then the fused order stays',
  }),
  'rag.chunkTokens': int(200, 32, 256, 'tokens', {
    levels: [200],
    affects: [],
    lossy: true,
    about: 'longest chunk; the encoder was trained on 256 tokens',
  }),
  'rag.chunkOverlapTokens': int(32, 0, 128, 'tokens', {
    levels: [32],
    affects: [],
    lossy: true,
    about: 'tokens repeated from the end of the chunk before',
  }),
  'rag.maxAnswerTokens': int(80, 1, 1024, 'tokens', {
    levels: [80],
    affects: [],
    lossy: true,
    about: 'longest answer',
  }),

  'rag.store': choice(
    'sqlite',
    ['sqlite', 'postgres', 'opensearch', 'elasticsearch', 'qdrant', 'meilisearch', 'redis'],
    {
      levels: ['sqlite'],
      affects: [],
      about: 'where documents, chunks and vectors live: a file, or a server that runs already (docs/stores.md)',
    },
  ),

  'memory.arena': flag(true, {
    levels: [true, false],
    affects: ['memory', 'embed'],
    about: 'ONNX Runtime keeps freed blocks in its arena',
  }),
  'memory.weights': choice('copy', ['copy', 'mmap'], {
    affects: ['memory'],
    about: 'encoder weights copied into private memory, or pre-packed once and memory-mapped',
  }),
  'memory.batchCeiling': int(32, 1, 128, 'texts', {
    levels: [32, 16, 8],
    affects: ['memory', 'embed'],
    about: 'most texts in one encoder batch',
  }),
  'memory.ingestWindow': int(0, 0, 4096, 'documents', {
    levels: [0, 16],
    affects: ['memory'],
    about: 'documents in flight while ingesting; 0 reads all before embedding',
  }),
  'memory.releaseAfterIngest': flag(false, {
    levels: [false, true],
    affects: ['memory'],
    about: 'drop and lazily reload the encoder after an ingest, giving its arena back',
  }),
  'memory.mallocTrim': flag(false, {
    levels: [false, true],
    affects: ['memory', 'embed'],
    about: 'glibc maps blocks from 128 KiB and returns free pages after an ingest or an unload; nothing elsewhere',
  }),
  'memory.ceilingMb': int(0, 0, 1048576, 'MB', {
    levels: [0],
    affects: [],
    about: 'most private memory: what is idle is unloaded on the way there, new loads are refused at 92 %; 0 sets none',
  }),
  'memory.contextTokens': int(8192, 512, 8192, 'tokens', {
    levels: [8192, 4096, 2048],
    // the same tokens are evaluated whatever the window holds beyond them; only windows that hold the prompt are proposed
    affects: ['memory'],
    about: 'context window of the generator; 8192 is what the model was trained on and the library takes',
  }),

  'speed.precision': choice('fp32', ['fp32', 'int8'], {
    affects: ['embed', 'query', 'stream', 'memory'],
    lossy: true,
    about: 'arithmetic of the encoder',
  }),
  'speed.encoderGraph': choice('fused', ['fused', 'unmasked'], {
    affects: ['embed', 'query', 'stream', 'memory'],
    lossy: true,
    about:
      'operators of the encoder on the CPU: as ONNX Runtime fuses a standard export, or those that are quickest where texts of a batch are of one length',
  }),
  'speed.encoderThreads': int(0, 0, 64, 'threads', {
    levels: [0, 1, 2],
    affects: ['embed', 'query', 'stream'],
    about: 'threads of one encoder session; 0 leaves it to the runtime',
  }),
  'speed.encoderWorkers': int(0, 0, 16, 'workers', {
    levels: [0, 1, 2],
    affects: ['embed', 'query', 'stream', 'memory'],
    about: 'worker threads with an encoder session each; 0 runs on the main thread',
  }),
  'speed.queryWorker': flag(false, {
    levels: [false],
    affects: ['memory'],
    about: 'one more encoder worker for questions alone; no phase tries it: none asks while it ingests',
  }),
  'speed.batchTokens': int(0, 0, 16384, 'tokens', {
    levels: [0, 512, 1024, 2048, 4096],
    affects: ['embed', 'memory'],
    about: 'token budget of a batch sorted by length; 0 fills batches in arrival order',
  }),
  'speed.readConcurrency': int(1, 1, 64, 'files', {
    levels: [1],
    affects: [],
    about: 'files read at once while ingesting; no phase tries it: reading is under 1 % of an ingest',
  }),
  'speed.firstVectors': choice('none', ['none', 'static'], {
    levels: ['none'],
    affects: [],
    about:
      'what finds a new corpus while its vectors are being made: nothing, or words and static vectors (the final index is the same)',
  }),
  'speed.prefixReuse': flag(false, {
    levels: [false, true],
    affects: ['answer'],
    lossy: true,
    about: 'keep the evaluated prompt and evaluate only what differs in the next one',
  }),
  'speed.contextPassages': int(5, 1, 20, 'passages', {
    levels: [5, 4, 3, 2],
    affects: ['answer'],
    lossy: true,
    about: 'passages put into the prompt',
  }),
  'speed.generatorThreads': int(0, 0, 64, 'threads', {
    levels: [0, 1, 2],
    affects: ['answer'],
    about: 'threads of the generator; 0 takes one for each core',
  }),
  'speed.generatorBatch': int(512, 32, 2048, 'tokens', {
    levels: [512, 256, 1024],
    affects: ['answer'],
    about: 'prompt tokens evaluated at once',
  }),

  'metal.encoderDevice': choice('cpu', ['cpu', 'coreml', 'webgpu', 'cuda', 'dml'], {
    affects: ['embed', 'query', 'stream'],
    lossy: true,
    about: 'where the encoder runs',
  }),
  'metal.generatorDevice': choice('cpu', ['cpu', 'metal', 'cuda', 'vulkan'], {
    affects: ['answer'],
    lossy: true,
    about: 'where the generator runs',
  }),

  'db.mmapMib': int(0, 0, 2047, 'MiB', {
    levels: [0, 256],
    affects: ['store', 'query', 'stream'],
    about: 'SQLite mmap_size',
  }),
  'db.cacheKib': int(16000, 2000, 1024000, 'KiB', {
    levels: [16000, 64000],
    affects: ['store', 'query', 'stream'],
    about: 'SQLite page cache',
  }),
  'db.analyze': choice('none', ['none', 'full'], {
    affects: ['store', 'query', 'stream'],
    about: 'statistics for the query planner; PRAGMA optimize is not enough (no stat4)',
  }),
  'db.statementReuse': flag(false, {
    levels: [false, true],
    affects: ['store', 'query', 'stream'],
    about: 'prepare each statement once per connection',
  }),
  'db.collectionIndex': flag(false, {
    levels: [false, true],
    affects: ['store', 'query', 'stream'],
    about: 'index docs(collection) for filtered searches',
  }),
  'db.ftsOrder': choice('rank', ['rank', 'bm25', 'maxscore'], {
    affects: ['store', 'query', 'stream', 'memory'],
    about:
      'ORDER BY rank as documented, ORDER BY bm25() of the same table, or the same sums from lists of the words in memory (MaxScore)',
  }),
  'db.ftsPostingsMib': int(64, 1, 4096, 'MiB', {
    levels: [64],
    affects: [],
    about: 'most memory for lists of query words, where db.ftsOrder is maxscore; no phase tries it: what is used stays',
  }),
  'db.ftsMaxDocShare': real(1, 0.05, 1, 'share of chunks', {
    levels: [1, 0.5],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'query words found in more than this share of chunks are dropped',
  }),
  'db.vectors': choice('f32', ['f32', 'int8', 'bit', 'graph'], {
    // a graph pays from some ten thousand rows on: the database phase knows how many there are
    levels: ['f32', 'int8', 'bit'],
    affects: ['store', 'query', 'stream', 'memory'],
    lossy: true,
    about:
      'what is scanned, or a graph in a file beside the database (SQLite; needs `pnpm add usearch@2.21.4`); f32 stays stored as the truth',
  }),
  'db.rescore': int(40, 10, 1000, 'candidates', {
    levels: [40, 100],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'candidates of a quantised scan or of a graph rescored with f32',
  }),
  'db.ef': int(128, 16, 2000, 'nodes', {
    levels: [128],
    affects: ['store', 'query', 'stream'],
    lossy: true,
    about: 'SQLite: nodes of the graph that a search looks at, where db.vectors is graph',
  }),
  'db.scanThreads': int(1, 1, 4, 'threads', {
    levels: [1, 2],
    affects: ['store', 'query', 'stream', 'memory'],
    about: 'threads that share a scan of vectors; a short one stays in one thread',
  }),

  ...serverKnobs,

  'cache.queryEntries': int(0, 0, 100000, 'entries', {
    levels: [0, 100, 1000],
    affects: ['stream'],
    about: 'whole results, by normalised question, k and filter',
  }),
  'cache.embeddingEntries': int(0, 0, 100000, 'entries', {
    levels: [0, 1000],
    affects: ['stream'],
    about: 'query vectors, by model and text',
  }),
  'cache.retrievalEntries': int(0, 0, 100000, 'entries', {
    levels: [0, 50, 1000],
    affects: ['stream'],
    about: 'fused candidate lists, by query vector and k',
  }),
  'cache.generationEntries': int(0, 0, 100000, 'entries', {
    levels: [0, 20, 200],
    affects: ['stream'],
    about: 'answers, by exact prompt and model',
  }),
  'cache.maxMib': int(500, 1, 65536, 'MiB', { levels: [500], affects: [], about: 'all caches together' }),
  'cache.ttlSeconds': int(3600, 1, 604800, 'seconds', { levels: [3600], affects: [], about: 'oldest entry served' }),
} as const satisfies Record<string, Knob>

export type KnobKey = keyof typeof knobs
type Widen<Value> = Value extends number ? number : Value extends boolean ? boolean : Value

/** One flat, complete configuration. Applying a change is an object spread; rolling back is keeping the old object. */
export type Config = { readonly [Key in KnobKey]: Widen<(typeof knobs)[Key]['default']> }
export type Patch = Partial<Config>

export const knobKeys = Object.keys(knobs) as KnobKey[]

export const defaultConfig = Object.fromEntries(knobKeys.map((key) => [key, knobs[key].default])) as unknown as Config

/** The keys whose value differs, with both values. */
export function diffConfig(from: Config, to: Config): Record<string, { from: KnobValue; to: KnobValue }> {
  return Object.fromEntries(
    knobKeys.filter((key) => from[key] !== to[key]).map((key) => [key, { from: from[key], to: to[key] }]),
  )
}
