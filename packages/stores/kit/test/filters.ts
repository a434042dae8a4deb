import { type DocRow, type Filter, type Match, type MetadataValue, matchesFilter } from '@tenfold/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { hasTextRange } from '../src/index.ts'

/** A chunk of the document `d` as a store keeps it. */
interface StoredChunk {
  of: Pick<DocRow, 'collection' | 'metadata'>
  /** False before and after the time in which searches may find it. */
  live: boolean
}

const text = fc.oneof(
  fc.constantFrom('lang', 'a.b', 'a[]', '"; drop', '" OR live = true OR "', "it's", '__proto__'),
  fc.string({ unit: 'grapheme' }),
)
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

/**
 * The filters of a server that looks up texts. `leaves` puts a filter into its words and reads them as its documentation says; `docIds` are the
 * documents that a filter with a range of texts was resolved to.
 */
export function describeFilters(
  server: string,
  leaves: (filter: Filter, docIds: string[] | undefined, chunk: StoredChunk) => boolean,
): void {
  it(`a filter in the words of ${server} leaves what matchesFilter leaves, of what may be found at all`, () => {
    fc.assert(
      fc.property(pair, ({ of, filter }) => {
        const docs = hasTextRange(filter) ? (matchesFilter(of, filter) ? ['d'] : []) : undefined
        expect(leaves(filter, docs, { of, live: true })).toBe(matchesFilter(of, filter))
        expect(leaves(filter, docs, { of, live: false })).toBe(false)
      }),
      { numRuns: 500 },
    )
  })
}
