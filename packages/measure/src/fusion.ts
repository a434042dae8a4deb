import type { Hits } from '@tenfold/contracts'

/** Chunk ids best first, with their scores. */
export type Fused = { id: number; score: number }[]

/** One list from several: score(id) = Σ 1 / (k + rank), rank from 1 (reciprocal rank fusion, Cormack, Clarke and Büttcher 2009). */
export function fuse(lists: readonly (readonly number[])[], k: number, count: number): Fused {
  const scores = new Map<number, number>()
  for (const list of lists) {
    for (const [i, id] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (k + i + 1))
  }
  return best(scores, count)
}

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
  return best(scores, count)
}

const best = (scores: ReadonlyMap<number, number>, count: number): Fused =>
  [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, count)
