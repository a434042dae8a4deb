import { cacheKey, normalizeQuestion } from '@tenfold/cache-manager'
import type { Config, Passage, QueryRequest, Stage } from '@tenfold/contracts'
import { chunksPerDocument, type Fused, fuse } from './fuse.ts'
import type { Parts } from './parts.ts'
import { rankFirst } from './rank-first.ts'
import { recall } from './recall.ts'

/** Times a stage and tells it. */
export type Timed = <Result>(stage: Stage, work: () => Result | Promise<Result>) => Promise<Result>

export interface Retrieved {
  /** Documents, best first, each once. */
  ids: string[]
  passages: Passage[]
}

/** Question → vector → neighbours + BM25 → fused → texts. Caches stand before each costly step. */
export async function retrieve(
  parts: Parts,
  config: Config,
  request: QueryRequest,
  timed: Timed,
): Promise<Retrieved & { hit?: string }> {
  const { caches } = parts
  const plain = normalizeQuestion(request.text)
  const k = request.k ?? config['rag.k']
  let hit: string | undefined
  const through = async <Value extends object>(
    name: 'query' | 'embedding' | 'retrieval',
    key: string,
    compute: () => Promise<Value>,
  ): Promise<Value> => {
    if (request.bypassCache) return compute()
    const found = await recall(caches, name, key, compute, request.signal)
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
      cacheKey(plain, k, request.collection),
      async () =>
        (await rankFirst(parts, config, request, k, timed)) ?? rank(parts, config, request, await vectorOf(), k, timed),
    )
  const result = await through('query', cacheKey(plain, k, request.collection), async () =>
    hydrate(parts, await fused(), k, timed),
  )
  return hit ? { ...result, hit } : result
}

async function rank(
  parts: Parts,
  config: Config,
  { text, collection, signal }: QueryRequest,
  vector: Float32Array,
  k: number,
  timed: Timed,
): Promise<Fused> {
  signal?.throwIfAborted()
  const depth = Math.max(config['rag.candidates'], k)
  const near = await timed('vector', () => parts.store.vectorSearch(vector, depth, { collection }))
  const worded = await timed('lexical', () => parts.store.lexicalSearch(text, depth, { collection }))
  return timed('fuse', () =>
    fuse([near.chunkIds, worded.chunkIds], config['rag.rrfK'], Math.max(k * chunksPerDocument, depth)),
  )
}

async function hydrate(parts: Parts, fused: Fused, k: number, timed: Timed): Promise<Retrieved> {
  return timed('hydrate', async () => {
    const scores = new Map(fused.map(({ id, score }) => [id, score]))
    const ids = new Set<string>()
    const passages: Passage[] = []
    const step = k * chunksPerDocument
    for (let at = 0; at < fused.length && ids.size < k; at += step) {
      const rows = await parts.store.hydrate(fused.slice(at, at + step).map(({ id }) => id))
      for (const { chunkId, docId, title, text } of rows) {
        if (ids.size < k) ids.add(docId)
        if (passages.length < k)
          passages.push({ chunkId: String(chunkId), docId, title, text, score: scores.get(chunkId) ?? 0 })
      }
    }
    return { ids: [...ids], passages }
  })
}
