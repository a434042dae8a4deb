import type { Schemas } from '@qdrant/js-client-rest'
import type { DocRow, Filter, Match } from '@tenfold/contracts'
import { facts } from '@tenfold/store-kit'

/** Names of fields are hexadecimal digits: a key of a payload is a path. */
const numberKey = (field: string): string => `numbers.${nameOf(field)}`
const nameOf = (field: string): string => Buffer.from(field).toString('hex')

/** The numbers of a document, for ranges. */
export function numbersOf({ metadata = {} }: Pick<DocRow, 'metadata'>): Record<string, number> {
  const numbers = Object.entries(metadata).filter((entry): entry is [string, number] => typeof entry[1] === 'number')
  return Object.fromEntries(numbers.map(([field, value]) => [nameOf(field), value]))
}

/** What Qdrant is asked for: chunks that are found at all, of `docIds` where given, and all conditions of the filter but ranges over texts. */
export function conditionsOf({ collection, metadata = {} }: Filter, docIds?: string[]): Schemas['Filter'] {
  return {
    must: [
      { key: 'live', match: { value: true } },
      ...(docIds ? [{ key: 'doc', match: { any: docIds } }] : []),
      ...(collection === undefined ? [] : [anyOf([facts.collection(collection)])]),
      ...Object.entries(metadata).map(([field, match]) => conditionOf(field, match)),
    ],
  }
}

function conditionOf(field: string, match: Match): Schemas['FieldCondition'] {
  if (typeof match !== 'object') return anyOf([facts.value(field, match)])
  if ('in' in match) return anyOf(match.in.map((value) => facts.value(field, value)))
  const { gte, lte } = match
  if (typeof gte === 'number' || typeof lte === 'number') {
    const range = { ...(typeof gte === 'number' ? { gte } : {}), ...(typeof lte === 'number' ? { lte } : {}) }
    return { key: numberKey(field), range }
  }
  return anyOf([facts.field(field)])
}

const anyOf = (any: string[]): Schemas['FieldCondition'] => ({ key: 'facts', match: { any } })
