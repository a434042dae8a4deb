import type { Hits } from '@tenfold/contracts'
import type { Fused } from './fuse.ts'

/**
 * One list from vector search and BM25 (convex combination, Bruch, Gai and Ingber 2023): score(id) = w · vector + (1 − w) · words, the scores
 * of each list spread from its lowest, 0, to its highest, 1; 0 where a list has no such id.
 */
export function fuseConvex(vector: Hits, words: Hits, weight: number, count: number): Fused {
  const scores = new Map<number, number>()
  const add = ({ chunkIds, scores: given }: Hits, share: number) => {
    const [most, least] = [given[0] ?? 0, given.at(-1) ?? 0]
    for (const [i, id] of chunkIds.entries()) {
      const height = most > least ? (given[i]! - least) / (most - least) : 1
      scores.set(id, (scores.get(id) ?? 0) + share * height)
    }
  }
  add(vector, weight)
  add(words, 1 - weight)
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, count)
}
