import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { packBatch, planBatches, runBatches } from '../src/batches.ts'

const rule = fc.record({ maxTexts: fc.integer({ min: 1, max: 64 }), tokenBudget: fc.constantFrom(0, 256, 1000, 4096) })
const lengths = fc.array(fc.integer({ min: 2, max: 256 }), { maxLength: 200 })

describe('planBatches', () => {
  it('puts each text into one batch and keeps both limits', () => {
    fc.assert(
      fc.property(lengths, rule, fc.boolean(), (lengths, rule, equal) => {
        const batches = planBatches(lengths, rule, equal)
        expect(batches.flat().sort((a, b) => a - b)).toEqual([...lengths.keys()])
        for (const batch of batches) {
          expect(batch.length).toBeGreaterThan(0)
          expect(batch.length).toBeLessThanOrEqual(rule.maxTexts)
          const padded = batch.length * Math.max(...batch.map((text) => lengths[text]!))
          if (equal) expect(new Set(batch.map((text) => lengths[text])).size).toBe(1)
          if (rule.tokenBudget > 0 && batch.length > 1) expect(padded).toBeLessThanOrEqual(rule.tokenBudget)
        }
      }),
    )
  })

  it('keeps arrival order without a budget and pads less with one', () => {
    expect(planBatches([5, 200, 6, 190, 7], { maxTexts: 2, tokenBudget: 0 })).toEqual([[0, 1], [2, 3], [4]])
    expect(planBatches([5, 200, 6, 190, 7], { maxTexts: 3, tokenBudget: 400 })).toEqual([
      [1, 3],
      [4, 2, 0],
    ])
  })
})

describe('runBatches', () => {
  it('gives rows back in the order of the texts, whatever the batches', async () => {
    await fc.assert(
      fc.asyncProperty(lengths, rule, fc.boolean(), async (lengths, rule, equal) => {
        const tokens = lengths.map((length, text) => new Int32Array(length).fill(text))
        const slab = await runBatches(tokens, planBatches(lengths, rule, equal), async ({ ids, rows, length }) =>
          Float32Array.from({ length: 2 * rows }, (_, i) => (i % 2 === 0 ? ids[(i / 2) * length]! : 0)),
        )
        expect([...slab]).toEqual(lengths.flatMap((_, text) => [text, 0]))
      }),
    )
  })
})

describe('packBatch', () => {
  it('pads with 0 and masks the padding, also for texts that contain id 0', () => {
    const { ids, mask, rows, length } = packBatch([Int32Array.of(101, 0, 102), Int32Array.of(101, 102)])
    expect({ ids: [...ids], mask: [...mask], rows, length }).toEqual({
      ids: [101, 0, 102, 101, 102, 0],
      mask: [1, 1, 1, 1, 1, 0],
      rows: 2,
      length: 3,
    })
  })
})
