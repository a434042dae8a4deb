import fc from 'fast-check'
import { expect, it } from 'vitest'
import { askedOf, weightsOf } from '../src/words.ts'

it('words as sparse vectors: ascending numbers, BM25 weights, a question asks each term once', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (any) => {
      const { indices, values } = weightsOf(any)
      expect(values).toHaveLength(indices.length)
      expect(indices).toEqual([...new Set(indices)].sort((a, b) => a - b))
      expect(values.every((each) => each > 0)).toBe(true)
      expect(askedOf(any).indices).toEqual(indices)
    }),
  )
  const weights = weightsOf('cats, a cat and a dog')
  const {
    indices: [cat],
  } = askedOf('cat')
  // tf 2 of 6 words where 150 are usual
  expect(weights.values[weights.indices.indexOf(cat!)]).toBeCloseTo(
    (2 * 2.2) / (2 + 1.2 * (0.25 + (0.75 * 6) / 150)),
    12,
  )
  expect(askedOf('cat CAT cats').values).toEqual([1])
})
