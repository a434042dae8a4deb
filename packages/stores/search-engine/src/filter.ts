import type { Filter, Match, MetadataValue } from '@tenfold/contracts'
import type { Clause } from './dialect.ts'

const none: Clause = { match_none: {} }

/** Where values of each type lie: a number and its digits as text are different values, and a field may hold either. */
const places = { string: 's', number: 'n', boolean: 'b' } as const
type Typed = Record<(typeof places)[keyof typeof places], Record<string, MetadataValue>>

/** A name that no server reads as a path or a pattern. */
const fieldName = (key: string): string =>
  `k${encodeURIComponent(key.toWellFormed()).replace(/[.*!'()~]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}`)}`

const placeOf = (value: MetadataValue) => places[typeof value as keyof typeof places]

/** Metadata as it is stored. */
export function typedMetadata(metadata: Readonly<Record<string, MetadataValue>> = {}): Typed {
  const typed: Typed = { s: {}, n: {}, b: {} }
  for (const [key, value] of Object.entries(metadata)) typed[placeOf(value)][fieldName(key)] = value
  return typed
}

/** Conditions for the filter of a search: they are not scored, and the server may keep their answer (S4-14). */
export function filterClauses({ collection, metadata = {} }: Filter = {}): Clause[] {
  return [
    ...(collection === undefined ? [] : [{ term: { collection } }]),
    ...Object.entries(metadata).map(([key, match]) => clauseOf(fieldName(key), match)),
  ]
}

function clauseOf(name: string, match: Match): Clause {
  if (typeof match !== 'object') return equals(name, [match])
  if ('in' in match) return equals(name, match.in)
  const bounds = Object.entries(match).filter(([, bound]) => bound !== undefined)
  if (bounds.length === 0)
    return { bool: { should: Object.values(places).map((place) => ({ exists: { field: `${place}.${name}` } })) } }
  const type = typeof bounds[0]![1]
  if (bounds.some(([, bound]) => typeof bound !== type)) return none
  return { range: { [`${placeOf(bounds[0]![1])}.${name}`]: Object.fromEntries(bounds) } }
}

function equals(name: string, values: readonly MetadataValue[]): Clause {
  const sayable = values.filter((value) => typeof value !== 'number' || Number.isFinite(value))
  if (sayable.length === 0) return none
  const should = Object.values(places).flatMap((place) => {
    const own = sayable.filter((value) => placeOf(value) === place)
    return own.length === 0 ? [] : [{ terms: { [`${place}.${name}`]: own } }]
  })
  return should.length === 1 ? should[0]! : { bool: { should } }
}
