import type { Config, QueryRequest } from '@tenfold/contracts'
import type { Fused } from '@tenfold/measure'
import type { Parts } from './parts.ts'
import type { Timed } from './retrieve.ts'

/** Twice as many fused chunks as documents wanted, since several chunks may be of one document. */
export const chunksPerDocument = 2

/** Chunks for a question while the store is in its first state; undefined when it is not, or no longer is. */
export async function rankFirst(
  parts: Parts,
  config: Config,
  { text, collection, metadata, signal }: QueryRequest,
  k: number,
  timed: Timed,
): Promise<Fused | undefined> {
  const { first: store } = parts.store
  if (!store?.isStaged()) return undefined
  const { searchFirst, usesFirst } = await import('@tenfold/static-encoder')
  const first = await parts.first.get()
  signal?.throwIfAborted()
  if (!store.isStaged()) return undefined
  const depth = Math.max(config['rag.candidates'], k * chunksPerDocument)
  return timed('lexical', () => {
    const vector = usesFirst(store, first) ? first.embed([text]) : undefined
    return searchFirst(store, text, { vector, depth, filter: { collection, metadata } })
  })
}
