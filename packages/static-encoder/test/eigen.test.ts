import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { eigenSymmetric } from '../src/eigen.ts'
import { principalComponents, project } from '../src/pca.ts'
import { dot, slabOf } from './fixture.ts'

/** A symmetric matrix of any entries. */
const symmetric = fc.integer({ min: 1, max: 8 }).chain((size) =>
  fc
    .array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: size * size, maxLength: size * size })
    .map((values) => ({
      size,
      matrix: Float64Array.from(values, (_, at) => {
        const [row, column] = [Math.floor(at / size), at % size]
        return values[Math.min(row, column) * size + Math.max(row, column)]!
      }),
    })),
)

const row = (values: Float64Array, size: number, k: number) => values.subarray(k * size, (k + 1) * size)

describe('eigenSymmetric', () => {
  it('gives orthonormal vectors, values largest first, and matrix × vector = value × vector', () => {
    fc.assert(
      fc.property(symmetric, ({ size, matrix }) => {
        const { values, vectors } = eigenSymmetric(matrix, size)
        for (let i = 0; i < size; i++) {
          if (i > 0) expect(values[i]!).toBeLessThanOrEqual(values[i - 1]!)
          for (let j = 0; j <= i; j++) {
            expect(dot(row(vectors, size, i), row(vectors, size, j))).toBeCloseTo(i === j ? 1 : 0, 10)
          }
          for (let j = 0; j < size; j++) {
            const product = dot(row(matrix, size, j), row(vectors, size, i))
            expect(product).toBeCloseTo(values[i]! * row(vectors, size, i)[j]!, 8)
          }
        }
      }),
    )
  })
})

describe('principalComponents', () => {
  it('has the variances of a covariance worked out number by number, and rebuilds the rows from all components', async () => {
    for (const [count, width] of [
      [40, 5],
      [7, 7],
      [3, 6],
    ] as const) {
      const rows = slabOf(count, width, count)
      const column = (k: number) => Array.from({ length: count }, (_, i) => rows[i * width + k]!)
      const mean = Array.from({ length: width }, (_, k) => column(k).reduce((sum, x) => sum + x, 0) / count)
      const covariance = Float64Array.from({ length: width * width }, (_, at) => {
        const [i, j] = [Math.floor(at / width), at % width]
        const [a, b] = [column(i), column(j)]
        return a.reduce((sum, x, n) => sum + (x - mean[i]!) * (b[n]! - mean[j]!), 0) / count
      })
      const components = await principalComponents(rows, width)
      for (let k = 0; k < width; k++) {
        const direction = row(components.directions, width, k)
        const spread = dot(
          direction,
          direction.map((_, i) => dot(row(covariance, width, i), direction)),
        )
        expect(components.variances[k]!).toBeCloseTo(spread, 10)
        if (k > 0) expect(components.variances[k]!).toBeLessThanOrEqual(components.variances[k - 1]! + 1e-12)
      }
      const coordinates = await project(rows, components, width)
      for (let i = 0; i < count; i++) {
        for (let j = 0; j < width; j++) {
          let value = mean[j]!
          for (let k = 0; k < width; k++) value += coordinates[i * width + k]! * components.directions[k * width + j]!
          expect(value).toBeCloseTo(rows[i * width + j]!, 5)
        }
      }
    }
  })

  it('keeps more variance in its first components than the same number of columns has', async () => {
    const rows = slabOf(200, 10)
    const { variances } = await principalComponents(rows, 10)
    const total = variances.reduce((sum, x) => sum + x, 0)
    expect(variances.subarray(0, 3).reduce((sum, x) => sum + x, 0)).toBeGreaterThan(0.3 * total)
  })

  it('stops on abort, with its reason', async () => {
    const stop = AbortSignal.abort(new Error('enough'))
    await expect(principalComponents(slabOf(10, 3), 3, stop)).rejects.toThrow('enough')
  })
})
