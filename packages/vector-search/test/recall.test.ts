import { describe, expect, it } from 'vitest'
import { fitRescore, openFlatIndex, recallOf } from '../src/index.ts'
import { topics } from './vectors.ts'

const goal = { k: 10, recall: 0.99, deepest: 400 }
const split = (dims: number, spread: number) => {
  const all = topics(4200, dims, 40, spread)
  const queries = Array.from({ length: 200 }, (_, i) => all.slice((4000 + i) * dims, (4001 + i) * dims))
  return { vectors: all.subarray(0, 4000 * dims), queries }
}

describe('the gate of representations', () => {
  it('takes bits where many dimensions carry them', () => {
    const { vectors, queries } = split(384, 1)
    const fit = fitRescore(vectors, 384, queries, goal)
    expect(fit.representation).toBe('bit')
    const [exact, fitted] = (['f32', fit.representation] as const).map((representation) =>
      openFlatIndex({ representation, rescore: fit.rescore }, vectors, 384),
    )
    const truth = queries.map((query) => exact!.search(query, 10))
    expect(recallOf(fitted!, queries, truth, 10).lowerBound).toBeGreaterThanOrEqual(0.99)
    // the depth is the smallest of those tried: every shallower one missed the goal
    const shallower = fit.tried.filter(({ rescore }) => rescore < fit.rescore)
    expect(Math.max(...shallower.map(({ rescore }) => rescore))).toBeGreaterThan(fit.rescore / 1.3)
    for (const { recall } of shallower) expect(recall.lowerBound).toBeLessThan(0.99)
  })

  it('refuses bits where few dimensions cannot tell neighbours apart, and takes int8', () => {
    const { vectors, queries } = split(24, 3)
    const fit = fitRescore(vectors, 24, queries, goal)
    expect(fit.representation).toBe('int8')
    const deepest = fit.tried.find(({ representation }) => representation === 'bit')
    expect(deepest).toMatchObject({ rescore: expect.toSatisfy((depth: number) => depth > 300) })
    expect(deepest?.recall.mean).toBeLessThan(0.99)
  })

  it('keeps f32 where even int8 loses, and where there is too little to rescore', () => {
    const { vectors, queries } = split(24, 3)
    expect(fitRescore(vectors, 24, queries, { ...goal, recall: 1 }).representation).toBe('f32')
    expect(fitRescore(vectors.subarray(0, 50 * 24), 24, queries, goal)).toEqual({
      representation: 'f32',
      rescore: 10,
      tried: [],
    })
  })

  it('gives the same answer twice', () => {
    const { vectors, queries } = split(24, 3)
    expect(fitRescore(vectors, 24, queries, goal)).toEqual(fitRescore(vectors, 24, queries, goal))
  })
})

describe('recall', () => {
  const dims = 16
  const vectors = topics(500, dims, 10, 1)
  const queries = Array.from({ length: 20 }, (_, i) => vectors.slice(i * dims, (i + 1) * dims))
  const index = openFlatIndex({ representation: 'f32', rescore: 10 }, vectors, dims)
  const truth = queries.map((query) => index.search(query, 10))

  it('is 1 for exact search, and the bound says how few queries that was', () => {
    const few = recallOf(index, queries, truth, 10)
    expect(few).toMatchObject({ mean: 1, p5: 1 })
    expect(few.lowerBound).toBeLessThan(0.99)
    const many = [...Array(20)].flatMap(() => queries)
    expect(
      recallOf(
        index,
        many,
        [...Array(20)].flatMap(() => truth),
        10,
      ).lowerBound,
    ).toBeGreaterThan(0.999)
  })

  it('counts what is missing', () => {
    const half = { ...index, search: (query: Float32Array) => index.search(query, 5) }
    expect(recallOf(half, queries, truth, 10)).toMatchObject({ mean: 0.5, p5: 0.5 })
  })

  it('takes equal vectors for one another', () => {
    const twice = openFlatIndex(
      { representation: 'f32', rescore: 10 },
      Float32Array.from([...vectors, ...vectors]),
      dims,
    )
    const other = {
      ...twice,
      search: (query: Float32Array, k: number) =>
        twice.search(
          query,
          k,
          Uint32Array.from({ length: 500 }, (_, i) => 500 + i),
        ),
    }
    const own = queries.map((query) => twice.search(query, 1))
    expect(recallOf(other, queries, own, 1).mean).toBe(1)
  })
})
