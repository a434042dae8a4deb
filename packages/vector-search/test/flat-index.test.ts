import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FlatIndex, openFlatIndex } from '../src/index.ts'

const f32 = { representation: 'f32', rescore: 10 } as const
const int8 = { representation: 'int8', rescore: 40 } as const

/** Small integers: sums are exact in any order, and ties are frequent. */
const matrix = (dims: number) =>
  fc.array(fc.array(fc.integer({ min: -3, max: 3 }), { minLength: dims, maxLength: dims }))
const cases = fc
  .integer({ min: 1, max: 9 })
  .chain((dims) =>
    fc.record({ dims: fc.constant(dims), rows: matrix(dims), query: matrix(dims).filter((m) => m.length > 0) }),
  )

function oracle(rows: number[][], query: number[], k: number, allowed = rows.map((_, i) => i)): number[] {
  const score = (row: number) => rows[row]!.reduce((sum, x, i) => sum + x * query[i]!, 0)
  return allowed.toSorted((a, b) => score(b) - score(a) || a - b).slice(0, k)
}

/** Deterministic numbers in [-0.5, 0.5). */
function random(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32 - 0.5
  }
}

function clustered(count: number, dims: number): Float32Array {
  const next = random(7)
  const centres = Array.from({ length: 20 }, () => Array.from({ length: dims }, next))
  const rows = Array.from({ length: count }, (_, row) => {
    const raw = centres[row % 20]!.map((x) => x + 0.3 * next())
    const norm = Math.hypot(...raw)
    return raw.map((x) => x / norm)
  })
  return Float32Array.from(rows.flat())
}

describe('exact search', () => {
  it('returns what a full sort returns, ties by row, for any k', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 30 }), ({ dims, rows, query }, k) => {
        const index = openFlatIndex(f32, Float32Array.from(rows.flat()), dims)
        const found = index.search(Float32Array.from(query[0]!), k)
        expect([...found.rows]).toEqual(oracle(rows, query[0]!, k))
      }),
    )
  })

  it('looks only at the rows of a filter, whatever is in it', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.nat({ max: 12 })), ({ dims, rows, query }, filter) => {
        const index = openFlatIndex(f32, Float32Array.from(rows.flat()), dims)
        const found = index.search(Float32Array.from(query[0]!), 4, Uint32Array.from(filter))
        const allowed = [...new Set(filter)].filter((row) => row < rows.length)
        expect([...found.rows]).toEqual(oracle(rows, query[0]!, 4, allowed))
      }),
    )
  })

  it.each([f32, int8])('stays equal to a fresh index while rows come and go: $representation', (options) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.boolean(), fc.nat(), fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 })),
          { maxLength: 40 },
        ),
        (steps) => {
          const index = openFlatIndex(options, new Float32Array(0), 3)
          const model = new Map<number, number[]>()
          for (const [remove, pick, vector] of steps) {
            const victim = [...model.keys()][pick % Math.max(1, model.size)]
            if (remove && victim !== undefined) {
              index.remove(victim)
              model.delete(victim)
            } else {
              model.set(index.add(Float32Array.from(vector)), vector)
            }
          }
          const query = Float32Array.from([1, -2, 3])
          const rows: number[][] = []
          for (const [row, vector] of model) rows[row] = vector
          const expected = oracle(rows, [...query], 5, [...model.keys()])
          expect(index.size).toBe(model.size)
          expect([...index.search(query, 5).rows]).toEqual(expected)
        },
      ),
    )
  })
})

describe('int8 scan', () => {
  const dims = 64
  const vectors = clustered(2000, dims)
  const recall = (index: FlatIndex, exact: FlatIndex) => {
    let found = 0
    for (let query = 0; query < 50; query++) {
      const vector = vectors.slice(query * dims, (query + 1) * dims)
      const truth = new Set(exact.search(vector, 10).rows)
      found += index.search(vector, 10).rows.filter((row) => truth.has(row)).length
    }
    return found / 500
  }

  it('finds the exact top 10 when 40 candidates are rescored', () => {
    const exact = openFlatIndex(f32, vectors, dims)
    expect(recall(openFlatIndex(int8, vectors, dims), exact)).toBeGreaterThanOrEqual(0.998)
    const coarse = recall(openFlatIndex({ ...int8, rescore: 10 }, vectors, dims), exact)
    expect(coarse).toBeLessThan(1)
    expect(coarse).toBeGreaterThan(0.9)
  })

  it('reports the scores of f32', () => {
    const query = vectors.slice(0, dims)
    const [exact, quantised] = [f32, int8].map((options) => openFlatIndex(options, vectors, dims).search(query, 5))
    expect(quantised).toEqual(exact)
  })

  it('finds vectors that were added to an empty index', () => {
    const index = openFlatIndex(int8, new Float32Array(0), dims)
    for (let row = 0; row < 500; row++) index.add(vectors.slice(row * dims, (row + 1) * dims))
    const exact = openFlatIndex(f32, vectors.slice(0, 500 * dims), dims)
    expect(recall(index, exact)).toBeGreaterThanOrEqual(0.998)
  })

  it('holds a quarter more bytes than f32 alone', () => {
    expect(openFlatIndex(f32, vectors, dims).bytes).toBe(vectors.byteLength)
    expect(openFlatIndex(int8, vectors, dims).bytes).toBe(vectors.byteLength * 1.25)
  })
})

describe.each([f32, int8])('edges: $representation', (options) => {
  it('is empty before anything is added', () => {
    const index = openFlatIndex(options, new Float32Array(0), 2)
    expect(index.search(Float32Array.of(1, 0), 5).rows).toHaveLength(0)
  })

  it.each([
    ['NaN', Float32Array.of(Number.NaN, 0)],
    ['infinity', Float32Array.of(Number.POSITIVE_INFINITY, 0)],
    ['too few numbers', Float32Array.of(1)],
  ])('refuses a query with %s', (_, query) => {
    const index = openFlatIndex(options, Float32Array.of(1, 0), 2)
    expect(() => index.search(query, 1)).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
    expect(() => index.add(query)).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
    expect(index.size).toBe(1)
  })

  it('reads a query that is a view into a larger array', () => {
    const index = openFlatIndex(options, Float32Array.of(1, 0, 0, 1), 2)
    const batch = Float32Array.of(9, 9, 0, 1)
    expect(index.search(batch.subarray(2), 1).rows[0]).toBe(1)
  })

  it('refuses to remove a row twice, and rows that are not whole', () => {
    const index = openFlatIndex(options, Float32Array.of(1, 0), 2)
    index.remove(0)
    expect(() => index.remove(0)).toThrow(/row 0/)
    expect(() => openFlatIndex(options, Float32Array.of(1, 2, 3), 2)).toThrow(/3 numbers/)
  })
})
