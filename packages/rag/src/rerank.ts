import { type Config, type HydratedChunk, messageOf, type QueryRequest, type RerankPassage } from '@tenfold/contracts'
import type { Fused } from '@tenfold/measure'
import type { Parts } from './parts.ts'
import type { NamedReranker } from './reranker.ts'
import type { Timed } from './retrieve.ts'

export interface Reranked {
  fused: Fused
  /** Texts that were read on the way. */
  rows: HydratedChunk[]
  /** Why the order is the fused one. */
  warning?: string
}

/**
 * The first `rag.rerankDepth` of a fused list by the scores of the reranker, equal ones as they were fused; the others behind them with the
 * scores they had. A reranker that fails, answers wrongly or takes too long changes nothing.
 */
export async function rerank(
  { store, reranker }: Parts,
  config: Config,
  { text, signal }: QueryRequest,
  fused: Fused,
  timed: Timed,
): Promise<Reranked> {
  const depth = Math.min(config['rag.rerankDepth'], fused.length)
  if (!reranker || depth < 2) return { fused, rows: [] }
  const ids = fused.slice(0, depth).map(({ id }) => id)
  const rows = await timed('hydrate', () => store.hydrate(ids))
  const passages = rows.map(({ chunkId, text }) => ({ id: String(chunkId), text }))
  const outcome = await timed('rerank', () =>
    scoresOf(reranker, text, passages, config['rag.rerankTimeoutMs'], signal).catch((error: unknown) => {
      signal?.throwIfAborted()
      return `reranker ${reranker.name} ${messageOf(error)}: the fused order stays`
    }),
  )
  if (typeof outcome === 'string') return { fused, rows, warning: outcome }
  const shown = rows.map(({ chunkId }, i) => ({ id: chunkId, score: outcome[i]! }))
  return { fused: [...shown.sort((a, b) => b.score - a.score), ...fused.slice(depth)], rows }
}

async function scoresOf(
  { rerank }: NamedReranker,
  question: string,
  passages: RerankPassage[],
  timeoutMs: number,
  signal: AbortSignal | undefined,
): Promise<number[]> {
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(new Error(`took longer than ${timeoutMs} ms`)), timeoutMs)
  const given = signal ? AbortSignal.any([signal, stop.signal]) : stop.signal
  const stopped = new Promise<never>((_, reject) => {
    given.addEventListener('abort', () => reject(given.reason), { once: true })
  })
  try {
    const answer = (async () => rerank(question, passages, { signal: given }))().catch((error: unknown) => {
      throw given.aborted ? error : new Error(`failed (${messageOf(error)})`)
    })
    const scores: ArrayLike<unknown> | undefined = await Promise.race([answer, stopped])
    const count = scores?.length
    if (count !== passages.length) throw new Error(`gave ${count ?? 'no'} scores for ${passages.length} passages`)
    const numbers = Array.from(scores!)
    const wrong = numbers.findIndex((score) => !Number.isFinite(score))
    if (wrong >= 0) throw new Error(`gave ${String(numbers[wrong])} as score ${wrong + 1} of ${passages.length}`)
    return numbers as number[]
  } finally {
    clearTimeout(timer)
  }
}
