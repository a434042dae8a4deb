import {
  type Config,
  type IngestStats,
  type KnobKey,
  type OpenOptions,
  type Patch,
  parseConfig,
  type Stage,
  stageNames,
  type Target,
  type TargetEvent,
} from '@tenfold/contracts'
import { answer, fitPassages } from './answer.ts'
import { openKeeper } from './keeper.ts'
import { buildCaches, buildEncoder, buildFirst, buildGenerator, keysOf, models, type Parts } from './parts.ts'
import { chunksPerDocument } from './rank-first.ts'
import { readBack } from './read-back.ts'
import { loadReranker } from './reranker.ts'
import { retrieve, type Timed, withSnippets } from './retrieve.ts'
import { knobsWith, openStore, providerOf, storeKeys } from './stores.ts'

/** The built-in system, behind the same door as anybody's own. */
export async function openRag({
  config: given,
  workspace,
  index,
  options,
  shared = false,
  signal,
}: OpenOptions): Promise<Target> {
  let config = parseConfig(given)
  const reranker = await loadReranker(options?.reranker)
  const place = { workspace, index, signal }
  let provider = await providerOf(config)
  const openedBytes: Parts['openedBytes'] = {}
  const keeper = openKeeper(() => parts)
  const parts: Parts = {
    encoder: buildEncoder(config, openedBytes, keeper, shared),
    first: buildFirst(openedBytes),
    generator: buildGenerator(config, openedBytes, keeper),
    store: await openStore(config, place),
    reranker,
    caches: buildCaches(config),
    openedBytes,
  }
  try {
    await keeper.become(config)
    await parts.encoder.get()
  } catch (error) {
    keeper.close()
    await parts.store.close()
    throw error
  }

  /** Builds anew what depends on a changed key; the rest goes on. */
  const become = async (next: Config) => {
    const touches = (keys: readonly KnobKey[]) => keys.some((key) => next[key] !== config[key])
    const change = {
      encoder: touches(keysOf.encoder),
      generator: touches(keysOf.generator),
      store: touches(storeKeys(provider)),
      caches: touches(keysOf.caches),
    }
    config = next
    await keeper.become(next)
    // in place before the old one closes: a query that comes meanwhile must not meet that
    const { encoder, generator, store } = parts
    if (change.store) {
      parts.store = await openStore(next, place)
      provider = await providerOf(next)
      await store.close()
    }
    if (change.encoder) parts.encoder = buildEncoder(next, openedBytes, keeper, shared)
    if (change.generator) parts.generator = buildGenerator(next, openedBytes, keeper)
    if (change.encoder || change.store || change.caches) parts.caches = buildCaches(next)
    if (change.encoder) {
      await encoder.close()
      await parts.encoder.get()
    }
    if (change.generator) {
      const wasOpen = generator.current() !== undefined
      await generator.close()
      if (wasOpen) await parts.generator.get()
    }
  }

  return {
    info: async () => ({
      name: 'built-in RAG',
      level: 2,
      stages: stagesOf(parts),
      knobs: knobsWith(provider, reranker !== undefined),
      models: reranker ? { ...models, [`reranker ${reranker.name}`]: reranker.sha256 } : models,
      chunks: await parts.store.chunkCount(),
    }),
    async query(request, on = () => {}) {
      request.signal?.throwIfAborted()
      const timed = timer(on)
      const { hit, passages: found, ...retrieved } = await retrieve(parts, config, request, timed)
      const passages = await withSnippets(parts, request, found)
      if (request.answerTokens === undefined) return { ...retrieved, passages, ...(hit ? { cacheHit: hit } : {}) }
      const fitting = await timed('prompt', () => fitPassages(parts, config, request, passages))
      if (request.answerTokens === 0) return { ...retrieved, passages: fitting, ...(hit ? { cacheHit: hit } : {}) }
      const { hit: answerHit, ...answered } = await answer(parts, request, fitting, timed, on)
      const cacheHit = answerHit ?? hit
      return { ...retrieved, passages: fitting, ...answered, ...(cacheHit ? { cacheHit } : {}) }
    },
    embed: (texts) => parts.encoder.use((encoder) => encoder.embed(texts)),
    async ingest(docs, { progress = () => {}, replace = false, ...told } = {}) {
      // cutting texts takes a model of their markup, which a process that only answers does not need
      const { ingest } = await import('./ingest.ts')
      let stats: IngestStats
      try {
        stats = await parts.encoder.use(async (encoder) => {
          const { store } = parts
          const options = { encoder, config, replace, progress }
          // a first state is ended by whatever ingest comes next; a store without one ingests plainly
          const empty = config['speed.firstVectors'] === 'static' && (await store.chunkCount()) === 0
          if (!store.first || (!empty && !store.first.isStaged())) return ingest(docs, { ...options, store, ...told })
          const { ingestInTwoSpeeds } = await import('./two-speed.ts')
          const staged = { ...store.first, refresh: store.refresh }
          return ingestInTwoSpeeds(docs, { ...options, store: staged, ...told, first: await parts.first.get() })
        })
      } finally {
        // also after a failure: some documents may be stored
        parts.caches.clear('query')
        parts.caches.clear('retrieval')
      }
      if (config['memory.releaseAfterIngest']) await parts.encoder.close()
      keeper.trim()
      return stats
    },
    async exactSearch(text, k) {
      const vector = await parts.encoder.use((encoder) => encoder.embed([text], { lane: 'query' }))
      const all = await parts.store.chunkCount()
      for (let depth = k * chunksPerDocument; ; depth *= 2) {
        const { chunkIds } = await parts.store.exactSearch(vector, Math.min(depth, all))
        const docIds = new Set((await parts.store.hydrate(chunkIds)).map(({ docId }) => docId))
        if (docIds.size >= k || depth >= all) return [...docIds].slice(0, k)
      }
    },
    async search(text, vector, collection) {
      const times: Record<string, number> = {}
      const timed = timer((event) => {
        if (event.type === 'stage') times[event.stage] = event.ms
      })
      const near = await timed('vector', () =>
        parts.store.vectorSearch(vector, config['rag.candidates'], { collection }),
      )
      const worded = await timed('lexical', () =>
        parts.store.lexicalSearch(text, config['rag.candidates'], { collection }),
      )
      const rows = await timed('hydrate', () =>
        parts.store.hydrate(near.chunkIds.slice(0, config['rag.k']).concat(worded.chunkIds.slice(0, config['rag.k']))),
      )
      return {
        vectorMs: times.vector ?? 0,
        lexicalMs: times.lexical ?? 0,
        hydrateMs: times.hydrate ?? 0,
        ids: rows.map(({ docId }) => docId),
      }
    },
    plans: async () => parts.store.plans(),
    advice: async () => (await parts.store.advice?.()) ?? [],
    async apply(patch: Patch) {
      const before = config
      await become(parseConfig(patch, config))
      return { undo: () => become(before) }
    },
    readBack: async () => readBack(parts, config),
    memory: async () => ({
      ...openedBytes,
      vectors: parts.store.vectorBytes(),
      words: parts.store.lexicalBytes?.() ?? 0,
      caches: Object.values(parts.caches.stats()).reduce((sum, { bytes }) => sum + bytes, 0),
      heap: process.memoryUsage().heapUsed,
    }),
    cacheStats: async () => parts.caches.stats(),
    async reset() {
      parts.caches.clear()
    },
    async close() {
      keeper.close()
      await parts.encoder.close()
      await parts.first.close()
      await parts.generator.close()
      await parts.store.close()
      await reranker?.close?.()
    },
  }
}

function stagesOf({ reranker, store }: Parts): Stage[] {
  const absent: Stage[] = [...(reranker ? [] : ['rerank' as const])]
  absent.push(...(store.searchBoth ? (['vector', 'lexical'] as const) : (['search'] as const)))
  return stageNames.filter((stage) => !absent.includes(stage))
}

const timer =
  (on: (event: TargetEvent) => void): Timed =>
  async (stage, work) => {
    const start = performance.now()
    const result = await work()
    on({ type: 'stage', stage, ms: performance.now() - start })
    return result
  }
