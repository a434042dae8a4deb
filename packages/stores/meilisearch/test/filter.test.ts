import { type Filter, type Match, type MetadataValue, matchesFilter } from '@tenfold/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { askable, expressionOf, hasTextRange, hex } from '../src/filter.ts'

const text = fc.oneof(
  fc.constantFrom('lang', 'a.b', '" OR live = true OR "', "it's", '__proto__'),
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

interface Document {
  live: boolean
  doc: string
  facts: string[]
  numbers: Record<string, number>
}

/** The part of the language that is used, read strictly: what does not parse is an injection. */
function meets(condition: string, document: Document): boolean {
  if (condition === 'live = true') return document.live
  const within = /^(facts|doc) IN \[((?:"[0-9a-f]*"(?:, )?)*)\]$/.exec(condition)
  if (within) {
    const texts = within[2] === '' ? [] : within[2]!.split(', ').map((each) => JSON.parse(each) as string)
    return [document[within[1] as 'facts' | 'doc']].flat().some((each) => texts.includes(each))
  }
  const range = /^numbers\.(n[0-9a-f]*) (>=|<=) "(-?[\d.]+(?:e[+-]?\d+)?)"$/.exec(condition)
  if (!range) throw new Error(`not understood: ${condition}`)
  const found = document.numbers[range[1]!]
  if (found === undefined) return false
  return range[2] === '>=' ? found >= Number(range[3]) : found <= Number(range[3])
}

it('a filter in the words of Meilisearch leaves what matchesFilter leaves, and no text gets out of its quotes', () => {
  fc.assert(
    fc.property(pair, ({ of, filter }) => {
      const docs = hasTextRange(filter) ? (matchesFilter(of, filter) ? ['d'] : []) : undefined
      const document = { live: true, doc: hex('d'), ...askable(of) }
      const conditions = expressionOf(filter, docs).split(' AND ')
      expect(conditions.every((each) => meets(each, document))).toBe(matchesFilter(of, filter))
      expect(conditions.every((each) => meets(each, { ...document, live: false }))).toBe(false)
    }),
    { numRuns: 500 },
  )
})
