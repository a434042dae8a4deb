import type { Hits } from '@tenfold/contracts'
import type { Fused } from './fuse.ts'

/** How the scores of a list are brought to 0 … 1: from its own lowest, or from the lowest its kind of score can have, to its highest. */
export type Spread = 'observed' | 'theoretical'

/** The lowest cosine, and the lowest BM25 (Bruch, Gai and Ingber 2023, section 4.1). */
const lowest = { vector: -1, words: 0 }

/** One list from vector search and BM25: score(id) = w · vector + (1 − w) · words, each spread over 0 to 1; 0 where a list has no such id. */
export function fuseConvex(vector: Hits, words: Hits, weight: number, spread: Spread, count: number): Fused {
  const scores = new Map<number, number>()
  const add = ({ chunkIds, scores: given }: Hits, share: number, floor: number) => {
    const most = given[0] ?? 0
    const least = spread === 'theoretical' ? floor : (given.at(-1) ?? 0)
    for (const [i, id] of chunkIds.entries()) {
      const height = most > least ? (given[i]! - least) / (most - least) : 1
      scores.set(id, (scores.get(id) ?? 0) + share * height)
    }
  }
  add(vector, weight, lowest.vector)
  add(words, 1 - weight, lowest.words)
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, count)
}
