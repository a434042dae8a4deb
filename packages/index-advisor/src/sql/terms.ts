import { aliasesOf, type Clause, clausesOf, upper } from './clauses.ts'
import { type Key, type Operand, operandsAt } from './operands.ts'
import type { Column, Schema } from './schema.ts'
import { isLiteral, type Token, tokensOf } from './tokens.ts'

/** What a statement asks of one table. */
export interface TableTerms {
  equal: Key[]
  range: Key[]
  /** Lists of ORDER BY and GROUP BY, each as far as its columns are of this table. */
  orders: Key[][]
  used: Map<string, Column>
  /** Conditions without a parameter, as they may stand behind WHERE of a partial index. */
  constants: { column: string; sql: string }[]
}

export interface Terms {
  verb: 'select' | 'insert' | 'update' | 'delete' | 'other'
  /** Name of the table → its terms. */
  tables: Map<string, TableTerms>
  aliases: Map<string, string>
  /** The order of the rows is part of the answer. */
  isOrdered: boolean
  leadingWildcard: boolean
  functionOnColumn: boolean
  /** The table that is written to, and the columns an UPDATE sets. */
  target: string | undefined
  written: Set<string>
}

const verbs: Record<string, Exclude<Terms['verb'], 'other'>> = {
  SELECT: 'select',
  INSERT: 'insert',
  REPLACE: 'insert',
  UPDATE: 'update',
  DELETE: 'delete',
}

/**
 * Which columns a statement compares, ranges over and sorts by. Not a parser: names are resolved by the schema, scopes of subqueries are
 * not kept apart. What it misses costs a candidate, what it invents the planner or a measurement refuses.
 */
export function termsOf(sql: string, schema: Schema): Terms {
  const tokens = tokensOf(sql)
  const clauses = clausesOf(tokens)
  const aliases = aliasesOf(tokens, clauses, schema)
  const first = tokens.findIndex((token, i) => upper(token) in verbs && clauses[i]!.depth === 0)
  const verb = verbs[upper(tokens[first])] ?? 'other'
  const terms: Terms = {
    verb,
    tables: new Map([...aliases.values()].map((table) => [table, emptyTerms()])),
    aliases,
    isOrdered: tokens.some((token, i) => upper(token) === 'ORDER' && clauses[i]!.depth === 0),
    leadingWildcard: tokens.some((token, i) => upper(token) === 'LIKE' && /^'%/.test(tokens[i + 1]?.text ?? '')),
    functionOnColumn: false,
    target: verb === 'select' || verb === 'other' ? undefined : aliases.values().next().value,
    written: new Set(),
  }
  for (let i = 0; i < tokens.length; i++) {
    const { clause } = clauses[i]!
    if (clause === 'select' && isStar(tokens, i)) useAll(terms, schema)
    if (clause === 'order' && upper(tokens[i]) === 'BY') readOrder(tokens, clauses, i, terms, schema)
    for (const operand of operandsAt(tokens, i, aliases, schema)) readOperand(tokens, clause, operand, terms)
  }
  return terms
}

const emptyTerms = (): TableTerms => ({ equal: [], range: [], orders: [], used: new Map(), constants: [] })

const isStar = (tokens: readonly Token[], i: number): boolean =>
  tokens[i]!.text === '*' && (tokens[i - 1]?.text === ',' || tokens[i - 1]?.text === '.' || upper(tokens[i - 1]) !== '')

function useAll({ tables }: Terms, schema: Schema): void {
  for (const [table, { used }] of tables)
    for (const [name, column] of schema.get(table.toLowerCase())!.columns) used.set(name, column)
}

function readOperand(tokens: readonly Token[], clause: Clause, operand: Operand, terms: Terms): void {
  const { key, to, from, table } = operand
  const of = terms.tables.get(table)!
  of.used.set(key.column.name.toLowerCase(), key.column)
  if (
    clause === 'set' &&
    (upper(tokens[from - 1]) === 'SET' || tokens[from - 1]?.text === ',') &&
    tokens[to + 1]?.text === '='
  )
    terms.written.add(key.column.name.toLowerCase())
  if (clause !== 'where') return
  if (operand.isHidden) {
    terms.functionOnColumn = true
    return
  }
  const kind = comparison(tokens, operand)
  if (!kind) return
  if (key.isExpression) terms.functionOnColumn = true
  else if (key.column.isRowid) return
  add(of[kind], key)
  const constant = key.isExpression ? undefined : constantOf(tokens, operand)
  if (constant) of.constants.push({ column: key.sql, sql: constant })
}

const add = (keys: Key[], key: Key): void => {
  if (!keys.some(({ sql }) => sql === key.sql)) keys.push(key)
}

const equals = new Set(['=', '==', 'IN', 'IS'])
const ranges = new Set(['<', '<=', '>', '>=', 'BETWEEN', 'GLOB'])

/** How the column is compared, whichever side of the operator it stands on. */
function comparison(tokens: readonly Token[], { from, to }: Operand): 'equal' | 'range' | undefined {
  let next = to + 1
  if (upper(tokens[next]) === 'COLLATE') next += 2
  for (const i of [next, from - 1]) {
    const text = tokens[i]?.text.toUpperCase() ?? ''
    if (text === 'IS' && upper(tokens[i + 1]) === 'NOT') return undefined
    if (equals.has(text) && (i === next || text !== 'IN')) return 'equal'
    if (ranges.has(text)) return 'range'
  }
  return undefined
}

function constantOf(tokens: readonly Token[], { key, to }: Operand): string | undefined {
  const [operator, value, after] = [tokens[to + 1], tokens[to + 2], tokens[to + 3]]
  if (upper(operator) === 'IS' && upper(value) === 'NULL') return `${key.sql} IS NULL`
  if (operator?.text !== '=' && operator?.text !== '==') return undefined
  const isWhole = after === undefined || upper(after) !== '' || after.text === ')' || after.text === ';'
  return isLiteral(value) && isWhole ? `${key.sql} = ${value!.text}` : undefined
}

/** Reads the list behind BY, and keeps its front as long as it is of one table. */
function readOrder(
  tokens: readonly Token[],
  clauses: readonly { clause: Clause; depth: number }[],
  by: number,
  { aliases, tables }: Terms,
  schema: Schema,
): void {
  const keys: Key[] = []
  let table: string | undefined
  for (
    let i = by + 1;
    i < tokens.length && clauses[i]!.clause === 'order' && clauses[i]!.depth === clauses[by]!.depth;
  ) {
    const start = tokens[i + 1]?.text === '.' ? i + 2 : i
    const operand = operandsAt(tokens, start, aliases, schema)[0]
    if (!operand || operand.isHidden || (table !== undefined && operand.table !== table)) break
    table = operand.table
    let end = operand.to + 1
    const descending = upper(tokens[end]) === 'DESC'
    keys.push({ ...operand.key, descending })
    if (descending || upper(tokens[end]) === 'ASC') end++
    if (tokens[end]?.text !== ',') break
    i = end + 1
  }
  while (keys.at(-1)?.column.isRowid) keys.pop()
  if (table === undefined || keys.length === 0) return
  // an index is read backwards as fast as forwards
  const isMixed = keys.some(({ descending }) => descending !== keys[0]!.descending)
  tables.get(table)!.orders.push(isMixed ? keys : keys.map((key) => ({ ...key, descending: false })))
}

/** CREATE INDEX wants its columns once. */
export const withoutRepeats = (keys: readonly Key[]): Key[] =>
  keys.filter(({ sql }, i) => keys.findIndex((key) => key.sql === sql) === i)
