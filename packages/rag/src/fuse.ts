/** Chunk ids best first, with their scores. */
export type Fused = { id: number; score: number }[]

/** Twice as many fused chunks as documents wanted, since several chunks may be of one document. */
export const chunksPerDocument = 2

/** One list from several: score(id) = Σ 1 / (k + rank), rank from 1 (reciprocal rank fusion, Cormack, Clarke and Büttcher 2009). */
export function fuse(lists: readonly (readonly number[])[], k: number, count: number): Fused {
  const scores = new Map<number, number>()
  for (const list of lists) {
    for (const [i, id] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (k + i + 1))
  }
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, count)
}
