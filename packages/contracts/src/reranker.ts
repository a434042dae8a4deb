import type { Awaitable } from './store.ts'

export interface RerankPassage {
  /** Of a chunk, as in `Passage.chunkId`. */
  id: string
  text: string
}

/** What a module named as `reranker` in tenfold.config.ts exports. Every reranker passes `rerankerLaws`. */
export interface Reranker {
  /**
   * How well each passage answers the question: a finite number each, in the order of the passages, higher is better; of any scale. `signal` is
   * aborted when the question is given up or its time (`rag.rerankTimeoutMs`) is over: what comes later is thrown away.
   */
  rerank(
    question: string,
    passages: readonly RerankPassage[],
    options: { signal: AbortSignal },
  ): Awaitable<ArrayLike<number>>
  /** Frees what it holds. */
  close?(): Awaitable<void>
}
