import type { Schemas } from '@qdrant/js-client-rest'
import { type Filter, type Match, type MetadataValue, matchesFilter } from '@tenfold/contracts'
import { factsOf } from '@tenfold/store-kit'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { conditionsOf, hasTextRange, numbersOf } from '../src/filter.ts'
import { askedOf, weightsOf } from '../src/words.ts'

const text = fc.oneof(fc.constantFrom('lang', 'a.b', 'a[]', '"; drop', '__proto__'), fc.string({ unit: 'grapheme' }))
const number = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.double({ noNaN: true, noDefaultInfinity: true }))
const value: fc.Arbitrary<MetadataValue> = fc.oneof(text, number, fc.boolean(), fc.constantFrom('1', 'true'))
const bound = fc.oneof(number, text)
const match: fc.Arbitrary<Match> = fc.oneof(
  value,
  fc.record({ in: fc.array(value, { maxLength: 3 }) }),
  fc.record({ gte: bound, lte: bound }, { requiredKeys: [] }),
)
const row = fc.record({
  collection: fc.constantFrom('', 'a'),
  metadata: fc.dictionary(text, value, { maxKeys: 3, noNullPrototype: true }),
})
/** Ranges that end at what is there. */
const edgesOf = (metadata: Record<string, MetadataValue>) =>
  Object.entries(metadata).flatMap(([field, value]) =>
    typeof value === 'boolean'
      ? []
      : [{ gte: value, lte: value }, { gte: value }, { lte: value }].map((each) =>
          fc.constant<Filter>({ metadata: { [field]: each } }),
        ),
  )
const pair = row.chain((of) =>
  fc.record({
    of: fc.constant(of),
    filter: fc.oneof(
      fc.record({ collection: fc.constantFrom('', 'a') }),
      fc.constant<Filter>({ metadata: of.metadata }),
      ...[...Object.keys(of.metadata), 'other'].map((field) =>
        match.map((each): Filter => ({ metadata: { [field]: each } })),
      ),
      ...edgesOf(of.metadata),
    ),
  }),
)

/** As the documentation of Qdrant says it is read: a field of several values meets a condition when one of them does. */
function meets(condition: Schemas['Condition'], payload: Record<string, unknown>): boolean {
  const {
    key,
    match: wanted,
    range,
  } = condition as { key: string; match?: { value?: unknown; any?: unknown[] }; range?: Record<string, number> }
  expect(key).toMatch(/^(live|doc|facts|numbers\.[0-9a-f]*)$/)
  const found = [key.split('.').reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], payload)].flat()
  if (wanted) return found.some((each) => each === wanted.value || (wanted.any ?? []).includes(each))
  return found.some(
    (each) => typeof each === 'number' && each >= (range?.gte ?? -Infinity) && each <= (range?.lte ?? Infinity),
  )
}

it('a filter in the words of Qdrant leaves what matchesFilter leaves', () => {
  fc.assert(
    fc.property(pair, ({ of, filter }) => {
      const payload = { live: true, doc: 'd', facts: factsOf(of), numbers: numbersOf(of) }
      const docs = hasTextRange(filter) ? (matchesFilter(of, filter) ? ['d'] : []) : undefined
      const { must } = conditionsOf(filter, docs)
      expect((must as Schemas['Condition'][]).every((each) => meets(each, payload))).toBe(matchesFilter(of, filter))
    }),
    { numRuns: 500 },
  )
})

it('chunks that no search may see are left out by every filter', () => {
  const { must } = conditionsOf({})
  expect((must as Schemas['Condition'][]).every((each) => meets(each, { live: false }))).toBe(false)
})

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
