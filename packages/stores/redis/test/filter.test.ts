import { type Filter, type MetadataValue, matchesFilter } from '@tenfold/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { attributesOf, expressionOf } from '../src/expression.ts'
import { type Condition, conditionsOf, pointsOf } from '../src/filter.ts'

const field = fc.oneof(
  fc.constantFrom('lang', 'year', 'a.b', '" or 1 == 1', '$', '__proto__'),
  fc.string({ unit: 'grapheme' }),
)
const value: fc.Arbitrary<MetadataValue> = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.constantFrom('de', '1', 'true', '" or .c == "', `\\"`, '\u{1f600}', '\uffee'),
  fc.integer({ min: -5, max: 5 }),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.boolean(),
)
const bound = fc.oneof(fc.integer({ min: -5, max: 5 }), fc.string({ unit: 'grapheme' }))
const match = fc.oneof(
  value,
  fc.record({ in: fc.array(value, { maxLength: 3 }) }),
  fc.record({ gte: bound, lte: bound }, { requiredKeys: [] }),
)
const metadata = fc.dictionary(field, value, { maxKeys: 3, noNullPrototype: true })
const filter: fc.Arbitrary<Filter> = fc.record(
  {
    collection: fc.constantFrom('', 'a', 'b'),
    metadata: fc.dictionary(field, match, { maxKeys: 2, noNullPrototype: true }),
  },
  { requiredKeys: [] },
)
const doc = fc.record({ collection: fc.constantFrom('', 'a', 'b'), metadata })
/** Ranges that end at what is there. */
const edgesOf = (metadata: Record<string, MetadataValue>) =>
  Object.entries(metadata).flatMap(([field, value]) =>
    typeof value === 'boolean'
      ? []
      : [{ gte: value, lte: value }, { gte: value }, { lte: value }].map((each) =>
          fc.constant<Filter>({ metadata: { [field]: each } }),
        ),
  )
/** A document, and a filter that is about its fields. */
const pair = fc.tuple(doc, filter).chain(([row, any]) =>
  fc.record({
    row: fc.constant(row),
    filter: fc.oneof(
      fc.constant(any),
      fc.record({ metadata: fc.constant(row.metadata as Filter['metadata']) }),
      ...Object.keys(row.metadata).map((name) => match.map((of): Filter => ({ metadata: { [name]: of } }))),
      ...edgesOf(row.metadata),
    ),
  }),
)

/** What Redis does with a condition: sets of exact names, ranges of doubles, ranges of bytes. */
function meets(condition: Condition, { sets, numbers, texts }: ReturnType<typeof pointsOf>): boolean {
  if ('anyOf' in condition) return condition.anyOf.some((key) => sets.includes(key))
  const { key, min, max } = condition
  if (condition.range === 'number') {
    const limit = (text: string) => Number(text.replace('inf', 'Infinity'))
    return numbers.some(([of, score]) => of === key && Number(score) >= limit(min) && Number(score) <= limit(max))
  }
  const bytes = (text: string) => Buffer.from(text)
  return texts.some(([of, text]) => {
    const member = bytes(`${text}\x007`)
    const above = min === '-' || bytes(min.slice(1)).compare(member) <= 0
    return of === key && above && (max === '+' || member.compare(bytes(max.slice(1))) < 0)
  })
}

describe('filters in the words of Redis', () => {
  it('sets and ranges leave what matchesFilter leaves', () => {
    fc.assert(
      fc.property(pair, ({ row, filter: asked }) => {
        const points = pointsOf({ id: 'a', title: '', hash: '', ...row })
        expect(conditionsOf(asked).every((condition) => meets(condition, points))).toBe(matchesFilter(row, asked))
      }),
      { numRuns: 500 },
    )
  })

  it('an expression holds digits and letters where a person may write anything', () => {
    fc.assert(
      fc.property(filter, (asked) => {
        const expression = expressionOf(asked)
        const part =
          /^\(?\.[cvn][0-9a-f]* (==|>=|<=) ("(s?[0-9a-f]*|number -?[\d.e+-]+|boolean (true|false))"|-?\d+(\.\d+)?)\)?$/
        for (const each of expression ? expression.split(/ and | or /) : []) expect(each).toMatch(part)
      }),
    )
  })

  it('what an expression names is an attribute of a document that matches', () => {
    fc.assert(
      fc.property(doc, (row) => {
        const equal = expressionOf({ collection: row.collection, metadata: row.metadata })!
        const attributes = JSON.parse(attributesOf(row)) as Record<string, unknown>
        for (const part of equal.split(' and ')) {
          const [, name, text] = /^\.(\w+) == "(.*)"$/.exec(part)!
          expect(attributes[name!]).toBe(text)
        }
      }),
    )
  })

  it('says nothing where Redis could not be asked', () => {
    for (const asked of [{ lang: { gte: 'a' } }, { lang: { in: [] } }, { lang: {} }, { year: { lte: 1e-7 } }])
      expect(expressionOf({ metadata: asked })).toBeUndefined()
    expect(expressionOf({})).toBe('')
  })
})
