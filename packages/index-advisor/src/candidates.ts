import { limits } from './limits.ts'
import type { Key } from './sql/operands.ts'
import { hashOf, type Schema, type Table } from './sql/schema.ts'
import { type TableTerms, termsOf, withoutRepeats } from './sql/terms.ts'
import { quoted } from './sql/tokens.ts'
import type { Statement } from './statements.ts'

/** An index that could be made. */
export interface Candidate {
  name: string
  table: string
  ddl: string
  keys: Key[]
  /** Condition of a partial index. */
  where: string | null
}

/** Every index the statement might gain from, the widest use first. */
export function candidatesFor(statement: Statement, schema: Schema): Candidate[] {
  const terms = termsOf(statement.bindings[0]!.sql, schema)
  return [...terms.tables].flatMap(([name, asked]) => {
    const table = schema.get(name.toLowerCase())!
    const constants = asked.constants.filter(({ sql }) => shareOf(statement, schema, name, sql) >= limits.partialShare)
    return forTable(table, asked, constants).filter((candidate) => !isThere(candidate, table))
  })
}

/** Share of the calls, by the executions kept, whose text holds this constant condition. */
function shareOf({ bindings }: Statement, schema: Schema, table: string, constant: string): number {
  const total = bindings.reduce((sum, { calls }) => sum + calls, 0)
  const having = bindings.filter(({ sql }) =>
    termsOf(sql, schema)
      .tables.get(table)
      ?.constants.some((each) => each.sql === constant),
  )
  return having.reduce((sum, { calls }) => sum + calls, 0) / total
}

function forTable(table: Table, asked: TableTerms, constants: TableTerms['constants']): Candidate[] {
  const isConstant = (key: Key) => constants.some(({ column }) => column === key.sql)
  const fixed = asked.equal.filter((key) => isConstant(key))
  const bound = asked.equal.filter((key) => !isConstant(key))
  const where = constants.map(({ sql }) => sql).join(' AND ')
  const tails = [[], ...asked.range.map((key) => [key]), ...asked.orders]
  const narrow = [...asked.used.values()].filter(({ isRowid }) => !isRowid)
  const found = new Map<string, Candidate>()
  const emit = (keys: readonly Key[], condition: string | null) => {
    const once = withoutRepeats(keys)
    if (once.length === 0) return
    const candidate = candidateOf(table.name, once, condition)
    found.set(candidate.name, candidate)
    const extra = narrow.filter(
      ({ name }) => !once.some(({ column, isExpression }) => !isExpression && column.name === name),
    )
    const carried = condition
      ? extra.filter(({ name }) => !constants.some(({ column }) => column === quoted(name)))
      : extra
    if (carried.length === 0 || carried.length > limits.coveringColumns || !carried.every(({ isNumeric }) => isNumeric))
      return
    const carrying = carried.map((column) => ({
      sql: quoted(column.name),
      column,
      isExpression: false,
      descending: false,
    }))
    const covering = candidateOf(table.name, [...once, ...carrying], condition)
    found.set(covering.name, covering)
  }
  for (const tail of tails)
    for (const front of arrangements(bound, limits.equalityColumns)) {
      emit([...front, ...tail], null)
      if (fixed.length === 0) continue
      emit([...front, ...fixed, ...tail], null)
      emit([...fixed, ...front, ...tail], null)
      if (front.length + tail.length > 0) emit([...front, ...tail], where)
    }
  return [...found.values()]
}

/** Every order of every choice of at most `most` keys, the largest choices first; the empty one last. */
export function arrangements<T>(items: readonly T[], most: number): T[][] {
  const grow = (chosen: T[]): T[][] =>
    chosen.length === most
      ? [chosen]
      : [...items.filter((item) => !chosen.includes(item)).flatMap((item) => grow([...chosen, item])), chosen]
  return grow([]).sort((a, b) => b.length - a.length)
}

export function candidateOf(table: string, keys: readonly Key[], where: string | null): Candidate {
  const list = keys.map(({ sql, descending }) => (descending ? `${sql} DESC` : sql)).join(', ')
  const body = `ON ${quoted(table)} (${list})${where ? ` WHERE ${where}` : ''}`
  const words = [table, ...keys.map(({ column }) => column.name)].join('_').replace(/\W+/g, '_').slice(0, 48)
  const name = `tf_${words}_${hashOf(body).slice(0, 6)}`
  return { name, table, ddl: `CREATE INDEX "${name}" ${body}`, keys: [...keys], where }
}

/** The table has an index that begins with these columns already, or its key does. */
function isThere({ keys, where }: Candidate, { indexes }: Table): boolean {
  if (where !== null || keys.some(({ isExpression, descending }) => isExpression || descending)) return false
  const columns = keys.map(({ column }) => column.name.toLowerCase())
  return indexes.some((index) => !index.partial && isPrefix(columns, index.columns))
}

export const isPrefix = (front: readonly (string | null)[], whole: readonly (string | null)[]): boolean =>
  front.length <= whole.length && front.every((column, i) => column !== null && column === whole[i])
