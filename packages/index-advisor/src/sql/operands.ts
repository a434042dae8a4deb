import { upper } from './clauses.ts'
import type { Column, Schema } from './schema.ts'
import { isLiteral, quoted, type Token } from './tokens.ts'

/** What an index can hold: a column, or an expression over one. */
export interface Key {
  /** As it stands in CREATE INDEX. */
  sql: string
  column: Column
  isExpression: boolean
  descending: boolean
}

/** A column in the text, or an expression around it, from token `from` to token `to`. */
export interface Operand {
  table: string
  key: Key
  from: number
  to: number
  /** Inside a call that no index can hold. */
  isHidden: boolean
}

/** Functions of SQLite whose value depends on their arguments alone. */
const deterministic = new Set([
  'json_extract',
  'lower',
  'upper',
  'substr',
  'length',
  'abs',
  'trim',
  'ifnull',
  'coalesce',
])
const noFunction = new Set('IN AND OR NOT ON WHERE EXISTS BETWEEN USING VALUES FROM SELECT THEN ELSE WHEN'.split(' '))

/** The columns a token may mean: one of each table that has it, where it is not qualified. */
export function operandsAt(
  tokens: readonly Token[],
  at: number,
  aliases: ReadonlyMap<string, string>,
  schema: Schema,
): Operand[] {
  const name = tokens[at]!
  const next = tokens[at + 1]?.text
  if ((name.kind !== 'word' && name.kind !== 'name') || next === '(' || next === '.') return []
  const isQualified = tokens[at - 1]?.text === '.'
  const qualifier = isQualified ? aliases.get(tokens[at - 2]!.text.toLowerCase()) : undefined
  const tables = isQualified ? (qualifier ? [qualifier] : []) : [...new Set(aliases.values())]
  return tables.flatMap((table) => {
    const column = schema.get(table.toLowerCase())!.columns.get(name.text.toLowerCase())
    if (!column) return []
    const key: Key = { sql: quoted(column.name), column, isExpression: false, descending: false }
    return [around(tokens, { table, key, from: isQualified ? at - 2 : at, to: at, isHidden: false })]
  })
}

function around(tokens: readonly Token[], operand: Operand): Operand {
  const { from, to, key } = operand
  const arrow = tokens[to + 1]?.text
  if ((arrow === '->>' || arrow === '->') && isLiteral(tokens[to + 2]))
    return asExpression(operand, `${key.sql} ${arrow} ${tokens[to + 2]!.text}`, from, to + 2)
  const called = tokens[from - 2]
  const isCall = tokens[from - 1]?.text === '(' && called?.kind === 'word' && !noFunction.has(upper(called))
  if (!isCall) return operand
  let end = to + 1
  while (tokens[end]?.text === ',' || isLiteral(tokens[end])) end++
  if (tokens[end]?.text !== ')' || !deterministic.has(called.text.toLowerCase())) return { ...operand, isHidden: true }
  const rest = tokens.slice(to + 1, end).map(({ text }) => (text === ',' ? ', ' : text))
  return asExpression(operand, `${called.text.toLowerCase()}(${key.sql}${rest.join('')})`, from - 2, end)
}

const asExpression = (operand: Operand, sql: string, from: number, to: number): Operand => ({
  ...operand,
  key: { ...operand.key, sql, isExpression: true },
  from,
  to,
})
