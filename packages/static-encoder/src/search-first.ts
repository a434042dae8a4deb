import type { Filter, FirstStore } from '@tenfold/contracts'
import { type Fused, fuseConvex } from '@tenfold/measure'

export interface FirstSearch {
  /** The static vector of the question; absent where words alone are used. */
  vector?: Float32Array | undefined
  /** Most chunks in each list, and in the outcome. */
  depth: number
  filter?: Filter | undefined
}

/** Share of the static vectors in the score: of 0.1, 0.2 and 0.3 the largest that loses on no training questions (README.md). */
const vectorShare = 0.2

/**
 * Chunks for a question while a store is in its first state, best first. Scores are mixed: fusing ranks would give the weaker list as much say
 * as the stronger one.
 */
export function searchFirst(store: FirstStore, text: string, { vector, depth, filter }: FirstSearch): Fused {
  const words = store.lexicalSearch(text, depth, filter)
  if (!vector) return words.chunkIds.map((id, i) => ({ id, score: words.scores[i]! }))
  return fuseConvex(store.firstSearch(vector, depth, filter), words, vectorShare, depth)
}
