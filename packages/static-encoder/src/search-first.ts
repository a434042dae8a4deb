import type { Filter, FirstStore } from '@tenfold/contracts'

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
 * Chunks for a question while a store is in its first state, best first. The scores of each list are brought to 0 … 1 and mixed (convex
 * combination, Bruch, Gai and Ingber 2023): fusing ranks would give the weaker list as much say as the stronger one.
 */
export function searchFirst(
  store: FirstStore,
  text: string,
  { vector, depth, filter }: FirstSearch,
): { id: number; score: number }[] {
  const words = store.lexicalSearch(text, depth, filter)
  if (!vector) return words.chunkIds.map((id, i) => ({ id, score: words.scores[i]! }))
  const mixed = new Map<number, number>()
  const add = ({ chunkIds, scores }: typeof words, share: number) => {
    const [most, least] = [scores[0] ?? 0, scores.at(-1) ?? 0]
    for (const [i, id] of chunkIds.entries()) {
      const height = most > least ? (scores[i]! - least) / (most - least) : 1
      mixed.set(id, (mixed.get(id) ?? 0) + share * height)
    }
  }
  add(words, 1 - vectorShare)
  add(store.firstSearch(vector, depth, filter), vectorShare)
  return [...mixed]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, depth)
}
