import type { DocRow, Filter, Match, MetadataValue } from '@tenfold/contracts'

/**
 * What a vector set knows of an element and its filters can ask for. Names and texts are hexadecimal digits: no input is syntax. Numbers are
 * there as numbers for ranges too.
 */
export function attributesOf({ collection, metadata = {} }: Pick<DocRow, 'collection' | 'metadata'>): string {
  const entries = Object.entries(metadata).flatMap(([field, value]) => [
    [valueName(field), typed(value)],
    ...(typeof value === 'number' ? [[numberName(field), value]] : []),
  ])
  return JSON.stringify({ c: hex(collection), ...Object.fromEntries(entries) })
}

/** A filter as Redis asks for it; undefined where its language cannot say it: ranges of texts, and whether a field is there. */
export function expressionOf({ collection, metadata = {} }: Filter): string | undefined {
  const parts = Object.entries(metadata).map(([field, match]) => partOf(field, match))
  if (parts.includes(undefined)) return undefined
  return [...(collection === undefined ? [] : [`.c == "${hex(collection)}"`]), ...parts].join(' and ')
}

function partOf(field: string, match: Match): string | undefined {
  if (typeof match !== 'object') return `.${valueName(field)} == "${typed(match)}"`
  if ('in' in match) {
    if (match.in.length === 0) return undefined
    return `(${match.in.map((value) => `.${valueName(field)} == "${typed(value)}"`).join(' or ')})`
  }
  const { gte, lte } = match
  const bounds = [gte, lte].filter((bound) => bound !== undefined)
  if (bounds.length === 0 || bounds.some((bound) => !isPlain(bound))) return undefined
  return [
    ...(gte === undefined ? [] : [`.${numberName(field)} >= ${gte}`]),
    ...(lte === undefined ? [] : [`.${numberName(field)} <= ${lte}`]),
  ].join(' and ')
}

/** Numbers with an exponent are no numbers there. */
const isPlain = (bound: number | string): boolean => typeof bound === 'number' && /^-?\d+(\.\d+)?$/.test(String(bound))

const hex = (text: string): string => Buffer.from(text).toString('hex')
const valueName = (field: string): string => `v${hex(field)}`
const numberName = (field: string): string => `n${hex(field)}`
const typed = (value: MetadataValue): string =>
  typeof value === 'string' ? `s${hex(value)}` : `${typeof value} ${value}`
