/** One list from several: score(id) = Σ 1 / (k + rank), rank from 1 (reciprocal rank fusion, Cormack, Clarke and Büttcher 2009). */
export function fuse(lists: readonly (readonly number[])[], k: number, count: number): { id: number; score: number }[] {
  const scores = new Map<number, number>()
  for (const list of lists) {
    for (const [i, id] of list.entries()) scores.set(id, (scores.get(id) ?? 0) + 1 / (k + i + 1))
  }
  return [...scores]
    .map(([id, score]) => ({ id, score }))
    .sort((a, b) => b.score - a.score || a.id - b.id)
    .slice(0, count)
}
