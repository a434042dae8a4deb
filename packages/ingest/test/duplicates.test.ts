import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { nearDuplicates } from '../src/duplicates.ts'

const unit = (values: readonly number[]): number[] => {
  const length = Math.hypot(...values)
  return values.map((value) => value / length)
}

describe('S3-24: near duplicates', () => {
  it('finds exactly the pairs that comparing all with all finds', async () => {
    const numbers = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 5, maxLength: 5 })
    const rows = fc.array(
      numbers.filter((row) => Math.hypot(...row) > 0.1),
      { maxLength: 160 },
    )
    await fc.assert(
      fc.asyncProperty(rows, fc.constantFrom(1, 30), fc.constantFrom(0.5, 0.95), async (short, times, threshold) => {
        // repeated and turned a little: 150 dimensions take the way past the bound
        const dims = 5 * times
        const all = short.map((row, n) =>
          unit(Array.from({ length: dims }, (_, i) => row[i % 5]! + (i > 99 ? n % 3 : 0))),
        )
        const vectors = Float32Array.from(all.flat())
        const expected: string[] = []
        for (let a = 0; a < all.length; a++) {
          for (let b = a + 1; b < all.length; b++) {
            let cosine = 0
            for (let i = 0; i < dims; i++) cosine += vectors[a * dims + i]! * vectors[b * dims + i]!
            if (Math.abs(cosine - threshold) < 1e-5) return
            if (cosine > threshold) expected.push(`${a} ${b}`)
          }
        }
        const { pairs, found } = await nearDuplicates(vectors, dims, { threshold })
        expect(found).toBe(expected.length)
        const told = pairs.map(({ a, b }) => `${a} ${b}`)
        if (found <= 1000) expect(told.sort()).toEqual(expected.sort())
        else expect(expected).toEqual(expect.arrayContaining(told))
        for (const [i, { cosine }] of pairs.entries()) expect(cosine).toBeLessThanOrEqual(pairs[i - 1]?.cosine ?? 1.001)
      }),
      { numRuns: 40 },
    )
  })

  it('counts all pairs and tells the most similar thousand', async () => {
    const vectors = Float32Array.from({ length: 100 * 2 }, (_, i) => unit([1, (i >> 1) / 1e4])[i % 2]!)
    const { pairs, found } = await nearDuplicates(vectors, 2, { threshold: 0.95 })
    expect(found).toBe((100 * 99) / 2)
    expect(pairs).toHaveLength(1000)
    expect(pairs.at(-1)!.cosine).toBeLessThanOrEqual(pairs[0]!.cosine)
  })

  it('ends at an abort', async () => {
    const stop = AbortSignal.abort(new Error('enough'))
    await expect(nearDuplicates(new Float32Array(8), 2, { threshold: 0.9, signal: stop })).rejects.toThrow('enough')
  })
})
