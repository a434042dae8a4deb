import { cacheKey, normalizeQuestion } from '@tenfold/cache-manager'
import type { Config, Filter, Hits, Passage, QueryRequest, Stage, Store } from '@tenfold/contracts'
import { type Fused, fuse, fuseConvex } from '@tenfold/measure'
import type { Parts } from './parts.ts'
import { chunksPerDocument, rankFirst } from './rank-first.ts'
import { recall } from './recall.ts'
import { type Reranked, rerank } from './rerank.ts'

/** Times a stage and tells it. */
export type Timed = <Result>(stage: Stage, work: () => Result | Promise<Result>) => Promise<Result>

export interface Retrieved {
  /** Documents, best first, each once. */
  ids: string[]
  passages: Passage[]
  warnings?: string[]
}

/** Question → vector → neighbours + BM25 → fused → reranked, where there is a reranker → texts. Caches stand before each costly step. */
export async function retrieve(
  parts: Parts,
  config: Config,
  request: QueryRequest,
  timed: Timed,
): Promise<Retrieved & { hit?: string }> {
  const { caches } = parts
  const plain = normalizeQuestion(request.text)
  const k = request.k ?? config['rag.k']
  const asked = cacheKey(plain, k, request.collection, request.metadata && JSON.stringify(request.metadata))
  let hit: string | undefined
  const through = async <Value extends object>(
    name: 'query' | 'embedding' | 'retrieval',
    key: string,
    compute: () => Promise<Value>,
    isKept?: (value: Value) => boolean,
  ): Promise<Value> => {
    if (request.bypassCache) return compute()
    const found = await recall(caches, name, key, compute, { signal: request.signal, isKept })
    if (found.hit) hit ??= name
    return found.value
  }
  const vectorOf = () =>
    through('embedding', plain, () =>
      timed('embed', () =>
        parts.encoder.use((encoder) =>
          encoder.embed([request.text], { lane: 'query', ...(request.signal ? { signal: request.signal } : {}) }),
        ),
      ),
    )
  const fused = () =>
    through(
      'retrieval',
      asked,
      async () =>
        (await rankFirst(parts, config, request, k, timed)) ?? rank(parts, config, request, await vectorOf(), k, timed),
    )
  const texts = async () => hydrate(parts, await rerank(parts, config, request, await fused(), timed), k, timed)
  // a reranker that failed once may not fail again
  const result = await through('query', asked, texts, ({ warnings }) => warnings === undefined)
  return hit ? { ...result, hit } : result
}

/** Outside the caches: a passage is kept once, however its words are marked. */
export async function withSnippets(
  { store }: Parts,
  { text, snippets: options }: QueryRequest,
  passages: Passage[],
): Promise<Passage[]> {
  if (!options || !store.snippets) return passages
  const ids = passages.map(({ chunkId }) => Number(chunkId))
  const snippets = await store.snippets(text, ids, options)
  return passages.map((passage) => ({ ...passage, snippet: snippets.get(Number(passage.chunkId)) ?? '' }))
}

async function rank(
  parts: Parts,
  config: Config,
  { text, collection, metadata, signal }: QueryRequest,
  vector: Float32Array,
  k: number,
  timed: Timed,
): Promise<Fused> {
  signal?.throwIfAborted()
  const depth = Math.max(config['rag.candidates'], k)
  const filter = { collection, metadata }
  const { near, worded } = await searchBoth(parts.store, { vector, text, depth, filter }, timed)
  const count = Math.max(k * chunksPerDocument, depth)
  return timed('fuse', () =>
    config['rag.fusion'] === 'convex'
      ? fuseConvex(near, worded, config['rag.fusionWeight'], count)
      : fuse([near.chunkIds, worded.chunkIds], config['rag.rrfK'], count),
  )
}

async function searchBoth(
  store: Store,
  { vector, text, depth, filter }: { vector: Float32Array; text: string; depth: number; filter: Filter },
  timed: Timed,
): Promise<{ near: Hits; worded: Hits }> {
  if (store.searchBoth) return timed('search', () => store.searchBoth!(vector, text, depth, filter))
  const near = await timed('vector', () => store.vectorSearch(vector, depth, filter))
  return { near, worded: await timed('lexical', () => store.lexicalSearch(text, depth, filter)) }
}

async function hydrate(
  { store }: Parts,
  { fused, rows: read, warning }: Reranked,
  k: number,
  timed: Timed,
): Promise<Retrieved> {
  const known = new Map(read.map((row) => [row.chunkId, row]))
  const rowsOf = async (ids: number[]) => {
    const missing = ids.filter((id) => !known.has(id))
    if (missing.length > 0) for (const row of await store.hydrate(missing)) known.set(row.chunkId, row)
    return ids.flatMap((id) => known.get(id) ?? [])
  }
  return timed('hydrate', async () => {
    const scores = new Map(fused.map(({ id, score }) => [id, score]))
    const ids = new Set<string>()
    const passages: Passage[] = []
    const step = k * chunksPerDocument
    for (let at = 0; at < fused.length && ids.size < k; at += step) {
      for (const { chunkId, docId, title, text } of await rowsOf(fused.slice(at, at + step).map(({ id }) => id))) {
        if (ids.size < k) ids.add(docId)
        if (passages.length < k)
          passages.push({ chunkId: String(chunkId), docId, title, text, score: scores.get(chunkId) ?? 0 })
      }
    }
    return { ids: [...ids], passages, ...(warning ? { warnings: [warning] } : {}) }
  })
}
