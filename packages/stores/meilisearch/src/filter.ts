import type { DocRow, Filter, Match } from '@tenfold/contracts'
import { facts, factsOf } from '@tenfold/store-kit'

/** Hexadecimal digits: no text is syntax in a filter, and no name of a field a path. */
export const hex = (text: string): string => Buffer.from(text).toString('hex')

/** What filters ask of a document. */
export function askable(doc: Pick<DocRow, 'collection' | 'metadata'>): {
  facts: string[]
  numbers: Record<string, number>
} {
  const numbers = Object.entries(doc.metadata ?? {}).filter(
    (entry): entry is [string, number] => typeof entry[1] === 'number',
  )
  return {
    facts: factsOf(doc).map(hex),
    numbers: Object.fromEntries(numbers.map(([field, value]) => [`n${hex(field)}`, value])),
  }
}

/** Chunks that are found at all, of `docIds` where given, and all conditions of the filter but ranges over texts. */
export function expressionOf({ collection, metadata = {} }: Filter, docIds?: string[]): string {
  return [
    'live = true',
    ...(docIds ? [anyOf('doc', docIds)] : []),
    ...(collection === undefined ? [] : [anyOf('facts', [facts.collection(collection)])]),
    ...Object.entries(metadata).map(([field, match]) => conditionOf(field, match)),
  ].join(' AND ')
}

function conditionOf(field: string, match: Match): string {
  if (typeof match !== 'object') return anyOf('facts', [facts.value(field, match)])
  if ('in' in match)
    return anyOf(
      'facts',
      match.in.map((value) => facts.value(field, value)),
    )
  const bound = (sign: string, limit: number | string | undefined) =>
    typeof limit === 'number' ? [`numbers.n${hex(field)} ${sign} "${limit}"`] : []
  const bounds = [...bound('>=', match.gte), ...bound('<=', match.lte)]
  return bounds.length > 0 ? bounds.join(' AND ') : anyOf('facts', [facts.field(field)])
}

export const anyOf = (attribute: string, texts: string[]): string =>
  `${attribute} IN [${texts.map((text) => `"${hex(text)}"`).join(', ')}]`
