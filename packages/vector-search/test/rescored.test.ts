import { describe, expect, it } from 'vitest'
import type { Graph } from '../src/graph/graph.ts'
import { RescoredGraph } from '../src/graph/rescored.ts'
import { rowsInMemory } from '../src/index.ts'
import { all, exactIndex } from './graphs.ts'

/** So many that a filter can be wide enough for the graph to be asked. */
const size = 200_000
const circle = Float32Array.from({ length: 2 * size }, (_, i) => {
  const angle = Math.floor(i / 2) * 2.399963
  return i % 2 === 0 ? Math.cos(angle) : Math.sin(angle)
})
const read = rowsInMemory(circle, 2)
const exact = exactIndex(circle, 2)
const query = Float32Array.of(1, 0)

/** A graph that answers what it is told to. */
function over(nearest: Graph['nearest']) {
  const asked: number[] = []
  const graph: Graph = {
    dims: 2,
    size,
    has: (rows) => [...rows].map(() => true),
    nearest(query, candidates) {
      asked.push(candidates)
      return nearest(query, candidates)
    },
  }
  return { asked, index: new RescoredGraph(graph, size - 1, read, { ef: 64, rescore: 30 }) }
}
const honest: Graph['nearest'] = (_, candidates) => exact.search(query, candidates).rows
const even = all(size).filter((row) => row % 2 === 0)

describe('a graph that is asked', () => {
  it('gives candidates that are rescored, as many nodes looked at as the depth says', () => {
    const { index, asked } = over(honest)
    expect(index.search(query, 10)).toEqual(exact.search(query, 10))
    expect(asked).toEqual([64])
    index.search(query, 100)
    expect(asked[1]).toBe(100)
  })

  it('rescores no more than the depth says: what the graph puts too far back is lost', () => {
    const { index } = over((_, n) => honest(query, n).toReversed())
    index.depth = { ef: 64, rescore: 20 }
    expect(index.search(query, 10).rows).toEqual(exact.search(query, 54).rows.slice(44, 54))
  })

  it('is asked for more where rows are gone or filtered out', () => {
    const { index, asked } = over(honest)
    expect(index.search(query, 10, even)).toEqual(exact.search(query, 10, even))
    expect(asked).toEqual([64 * 2 * 1.5])
    for (const row of even) index.hide(row)
    expect([...index.search(query, 10).rows].every((row) => row % 2 === 1)).toBe(true)
    expect(asked[1]).toBe(128)
  })

  it.each([
    ['finds too few', () => Uint32Array.of(4, 6)],
    ['finds nothing that passes', (_: Float32Array, n: number) => all(n).map((i) => 2 * i + 1)],
  ])('that %s is not believed: all matching rows are read', (_, nearest) => {
    const { index, asked } = over(nearest)
    expect(index.search(query, 10, even)).toEqual(exact.search(query, 10, even))
    expect(asked).toHaveLength(1)
    for (const row of all(size)) if (row % 2 === 1) index.hide(row)
    expect(index.search(query, 10)).toEqual(exact.search(query, 10, even))
  })

  it('is not asked where a filter leaves few rows', () => {
    const { index, asked } = over(() => expect.unreachable())
    expect(index.search(query, 10, even.slice(0, 5000)).rows).toHaveLength(10)
    expect(asked).toEqual([])
  })
})
