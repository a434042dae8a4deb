import type { DocRow, Filter, Match } from '@tenfold/contracts'
import { facts, factsOf } from '@tenfold/store-kit'

/** Where the ids of chunks are that meet a condition. Ranges are over sorted sets, of numbers or of texts. */
export type Condition = { anyOf: string[] } | { range: 'number' | 'text'; key: string; min: string; max: string }

/** The keys that lead from what is known of a document to its chunks, without the prefix. */
export interface Points {
  sets: string[]
  numbers: [key: string, score: string][]
  texts: [key: string, value: string][]
}

const numberKey = (field: string) => `n:${JSON.stringify(field)}`
const textKey = (field: string) => `t:${JSON.stringify(field)}`
/** Code units as hexadecimal digits: Redis compares bytes, which are in another order. */
const inOrder = (text: string) => Array.from({ length: text.length }, (_, i) => hex(text.charCodeAt(i))).join('')
const hex = (unit: number) => unit.toString(16).padStart(4, '0')

export function pointsOf(doc: DocRow): Points {
  const entries = Object.entries(doc.metadata ?? {})
  return {
    sets: factsOf(doc),
    numbers: entries.flatMap(([field, value]) =>
      typeof value === 'number' ? [[numberKey(field), String(value)]] : [],
    ),
    texts: entries.flatMap(([field, value]) => (typeof value === 'string' ? [[textKey(field), inOrder(value)]] : [])),
  }
}

/** The conditions of a filter, all of which must be met; none where it leaves everything. */
export function conditionsOf({ collection, metadata = {} }: Filter): Condition[] {
  const own: Condition[] = collection === undefined ? [] : [{ anyOf: [facts.collection(collection)] }]
  return [...own, ...Object.entries(metadata).flatMap(([field, match]) => conditionsOfField(field, match))]
}

function conditionsOfField(field: string, match: Match): Condition[] {
  if (typeof match !== 'object') return [{ anyOf: [facts.value(field, match)] }]
  if ('in' in match) return [{ anyOf: match.in.map((value) => facts.value(field, value)) }]
  const bounds = [match.gte, match.lte].filter((bound) => bound !== undefined)
  if (bounds.length === 0) return [{ anyOf: [facts.field(field)] }]
  return [...new Set(bounds.map((bound) => typeof bound))].map((type): Condition => {
    const { gte, lte } = match
    if (type === 'number')
      return {
        range: 'number',
        key: numberKey(field),
        min: typeof gte === 'number' ? String(gte) : '-inf',
        max: typeof lte === 'number' ? String(lte) : '+inf',
      }
    // members are a value, a zero byte and an id: 1 is the byte after it
    return {
      range: 'text',
      key: textKey(field),
      min: typeof gte === 'string' ? `[${inOrder(gte)}` : '-',
      max: typeof lte === 'string' ? `(${inOrder(lte)}\x01` : '+',
    }
  })
}
