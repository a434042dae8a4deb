import { type Filter, type Match, type MetadataValue, PipelineError } from '@tenfold/contracts'
import type { Connection } from './connection.ts'

/** As the table holds it: see `migrations/steps.ts`. Throws DATA_UNREADABLE for what is no value. */
export function stored(value: MetadataValue): string | number | Buffer {
  if (typeof value === 'boolean') return Buffer.of(value ? 1 : 0)
  if (typeof value === 'string' || Number.isFinite(value)) return value
  const message = `${String(value)} is no metadata value`
  throw new PipelineError('DATA_UNREADABLE', message, 'give texts, finite numbers, true or false')
}

/** Chunk ids that a filter leaves; undefined where it asks for nothing. */
export function filterer(db: Connection, inCollection: (collection: string) => number[], reuse: boolean) {
  const prepared = new Map<string, ReturnType<Connection['prepare']>>()
  const prepare = (sql: string) => {
    const known = prepared.get(sql) ?? db.prepare(sql)
    // there are as many statements as forms of filters
    if (prepared.size >= mostForms) prepared.clear()
    if (reuse) prepared.set(sql, known)
    return known
  }
  return ({ collection, metadata = {} }: Filter = {}): number[] | undefined => {
    const fields = Object.entries(metadata)
    if (fields.length > 0) {
      const { sql, values } = chunksOf(collection, fields)
      return prepare(sql).pluck().all(values) as number[]
    }
    return collection === undefined ? undefined : inCollection(collection)
  }
}
const mostForms = 100

interface Condition {
  sql: string
  values: unknown[]
}

function chunksOf(collection: string | undefined, fields: [string, Match][]): Condition {
  const tables = ['chunks c']
  const conditions: Condition[] = []
  if (collection !== undefined) {
    tables.push('JOIN docs d ON d.id = c.doc_id')
    conditions.push({ sql: 'd.collection = ?', values: [collection] })
  }
  for (const [i, [field, match]] of fields.entries()) {
    tables.push(`JOIN doc_metadata m${i} ON m${i}.doc_id = c.doc_id`)
    const value = matches(`m${i}.value`, match)
    conditions.push({ sql: `m${i}.field = ? AND ${value.sql}`, values: [field, ...value.values] })
  }
  return {
    sql: `SELECT c.id FROM ${tables.join(' ')} WHERE ${conditions.map(({ sql }) => sql).join(' AND ')}`,
    values: conditions.flatMap(({ values }) => values),
  }
}

function matches(column: string, match: Match): Condition {
  if (typeof match !== 'object') return { sql: `${column} = ?`, values: [stored(match)] }
  if ('in' in match) {
    const values = [...new Set(match.in)].map(stored)
    return { sql: `${column} IN (${values.map(() => '?').join(', ')})`, values }
  }
  const { gte, lte } = match
  const bounds = [gte, lte].filter((bound) => bound !== undefined)
  if (bounds.length === 0) return { sql: 'TRUE', values: [] }
  // a range of numbers holds no texts, though they come after all numbers; a range of texts no blobs
  const isText = typeof bounds[0] === 'string'
  if (bounds.some((bound) => (typeof bound === 'string') !== isText)) return { sql: 'FALSE', values: [] }
  const low = gte === undefined ? (isText ? `${column} >= ''` : `${column} < ''`) : `${column} >= ?`
  const high = lte === undefined ? (isText ? `${column} < x''` : `${column} < ''`) : `${column} <= ?`
  return { sql: `${low} AND ${high}`, values: bounds.map(stored) }
}
