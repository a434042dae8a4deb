import { type Filter, type MetadataValue, matchesFilter } from '@tenfold/contracts'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Clause } from '../src/dialect.ts'
import { filterClauses, typedMetadata } from '../src/filter.ts'

const keys = fc.constantFrom('a', 'a.b', 'b*', '%', '', 'ü')
const values: fc.Arbitrary<MetadataValue> = fc.oneof(
  fc.constantFrom('1', 'x', ''),
  fc.constantFrom(0, 1, 2.5),
  fc.boolean(),
)
const matches = fc.oneof(
  values,
  fc.record({ in: fc.array(values, { maxLength: 3 }) }),
  fc.record({ gte: fc.constantFrom(1, '1'), lte: fc.constantFrom(2, 'x') }, { requiredKeys: ['gte'] }),
)

/** What a server does with such clauses, by their documentation. */
function holds(clause: Clause, row: Record<string, MetadataValue>): boolean {
  const [[kind, of]] = Object.entries(clause) as [[string, Record<string, unknown>]]
  const [[field, wanted] = ['', undefined]] = Object.entries(of)
  const value = row[field]
  switch (kind) {
    case 'term':
      return value === wanted
    case 'terms':
      return (wanted as MetadataValue[]).includes(value!)
    case 'range': {
      const { gte, lte } = wanted as { gte?: MetadataValue; lte?: MetadataValue }
      return value !== undefined && (gte === undefined || value >= gte) && (lte === undefined || value <= lte)
    }
    case 'bool':
      return (of.should as Clause[]).some((each) => holds(each, row))
    case 'match_none':
      return false
    default:
      throw new Error(`no such clause: ${kind}`)
  }
}

it('S4-14 clauses of a filter hold where the filter does, whatever names and types metadata have', () => {
  fc.assert(
    fc.property(fc.dictionary(keys, values), fc.dictionary(keys, matches, { maxKeys: 2 }), (metadata, wanted) => {
      const filter: Filter = { collection: 'c', metadata: wanted }
      const typed = Object.entries(typedMetadata(metadata)).flatMap(([place, fields]) =>
        Object.entries(fields).map(([name, value]) => [`${place}.${name}`, value] as const),
      )
      const row = { collection: 'c', ...Object.fromEntries(typed) }
      expect(filterClauses(filter).every((clause) => holds(clause, row))).toBe(
        matchesFilter({ collection: 'c', metadata }, filter),
      )
    }),
    { numRuns: 500 },
  )
})

it('names of fields hold nothing that a server reads as a path or a pattern', () => {
  const { s } = typedMetadata({ 'a.b*c': 'x', '': 'y' })
  expect(s).toEqual({ 'ka%2eb%2ac': 'x', k: 'y' })
})
