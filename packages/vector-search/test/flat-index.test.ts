import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type FlatIndex, openFlatIndex } from '../src/index.ts'
import { enginesOf } from '../src/kernels/engine.ts'
import { topics } from './vectors.ts'

const f32 = { representation: 'f32', rescore: 10 } as const
const int8 = { representation: 'int8', rescore: 40 } as const
const bit = { representation: 'bit', rescore: 200 } as const
const engines = enginesOf()

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

describe.each(engines)('exact search, $name', (engine) => {
  it('returns what a full sort returns, ties by row, for any k', () => {
    fc.assert(
      fc.property(cases, fc.nat({ max: 30 }), ({ dims, rows, query }, k) => {
        const index = openFlatIndex(f32, Float32Array.from(rows.flat()), dims, engine)
        const found = index.search(Float32Array.from(query[0]!), k)
        expect([...found.rows]).toEqual(oracle(rows, query[0]!, k))
      }),
    )
  })

  it('looks only at the rows of a filter, whatever is in it', () => {
    fc.assert(
      fc.property(cases, fc.array(fc.nat({ max: 12 })), ({ dims, rows, query }, filter) => {
        const index = openFlatIndex(f32, Float32Array.from(rows.flat()), dims, engine)
        const found = index.search(Float32Array.from(query[0]!), 4, Uint32Array.from(filter))
        const allowed = [...new Set(filter)].filter((row) => row < rows.length)
        expect([...found.rows]).toEqual(oracle(rows, query[0]!, 4, allowed))
      }),
    )
  })

  it.each([f32, int8, bit])('stays equal to a fresh index while rows come and go: $representation', (options) => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(fc.boolean(), fc.nat(), fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 3, maxLength: 3 })),
          { maxLength: 40 },
        ),
        (steps) => {
          const index = openFlatIndex(options, new Float32Array(0), 3, engine)
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
  const vectors = topics(2000, dims, 20, 0.3)
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

describe('bit scan', () => {
  const dims = 256
  const count = 9000 // more than two calls of a kernel
  const all = topics(count + 40, dims, 30, 1)
  const vectors = all.subarray(0, count * dims)
  const exact = openFlatIndex(f32, vectors, dims)
  const queries = Array.from({ length: 40 }, (_, i) => all.subarray((count + i) * dims, (count + i + 1) * dims))
  const recall = (index: FlatIndex, rows?: Uint32Array) => {
    const found = queries.map((query) => {
      const truth = new Set(exact.search(query, 10, rows).rows)
      return index.search(query, 10, rows).rows.filter((row) => truth.has(row)).length / truth.size
    })
    return found.reduce((sum, share) => sum + share, 0) / found.length
  }

  it.each(engines)('finds the exact top 10 when 200 candidates are rescored, fewer when 10 are: $name', (engine) => {
    const index = openFlatIndex(bit, vectors, dims, engine)
    expect(recall(index)).toBeGreaterThanOrEqual(0.99)
    index.rescore = 10
    expect(recall(index)).toBeLessThan(0.8)
  })

  it('takes a 32nd of the bytes of f32 for its codes', () => {
    expect(openFlatIndex(bit, vectors, dims).bytes).toBe(vectors.byteLength * (1 + 1 / 32))
  })

  it('gives the rows that remain when most were removed', () => {
    const index = openFlatIndex(bit, vectors, dims)
    const left = Uint32Array.from({ length: 300 }, (_, i) => 29 + 30 * i)
    for (let row = count - 1; row >= 0; row--) if (row % 30 !== 29) index.remove(row)
    for (const query of queries) expect(index.search(query, 10).rows).toEqual(exact.search(query, 10, left).rows)
  })

  it('scores what comes in later like what was there', () => {
    const index = openFlatIndex(bit, vectors.subarray(0, 16 * dims), dims)
    for (let row = 16; row < count; row++) index.add(vectors.subarray(row * dims, (row + 1) * dims))
    expect(recall(index)).toBeGreaterThanOrEqual(0.99)
  })
})

describe.each([f32, int8, bit])('filters: $representation', (options) => {
  const dims = 32
  const vectors = topics(5000, dims, 10, 1)
  const index = openFlatIndex({ ...options, rescore: 20 }, vectors, dims)
  const exact = openFlatIndex(f32, vectors, dims)
  const query = vectors.slice(0, dims)

  it.each([0.5, 0.1, 0.01, 0.001, 0])(
    'returns min(k, matches) rows of a share of %f, exact where few pass',
    (share) => {
      const filter = Uint32Array.from({ length: 5000 * share }, (_, i) => Math.floor(i / share))
      const { rows, scores } = index.search(query, 20, filter)
      const allowed = new Set(filter)
      expect(rows).toHaveLength(Math.min(20, filter.length))
      expect([...rows].every((row) => allowed.has(row))).toBe(true)
      expect(scores.toSorted((a, b) => b - a)).toEqual(scores)
      if (share <= 0.01) expect(rows).toEqual(exact.search(query, 20, filter).rows)
    },
  )

  it('returns every row for a k beyond them', () => {
    expect(index.search(query, 9999).rows).toHaveLength(5000)
  })
})

describe.each([f32, int8, bit])('edges: $representation', (options) => {
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
