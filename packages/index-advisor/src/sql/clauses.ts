import type { Schema } from './schema.ts'
import type { Token } from './tokens.ts'

export type Clause = 'select' | 'from' | 'where' | 'order' | 'set' | 'values' | 'other'

const begins: Record<string, Clause> = {
  SELECT: 'select',
  RETURNING: 'select',
  FROM: 'from',
  JOIN: 'from',
  INTO: 'from',
  UPDATE: 'from',
  USING: 'where',
  ON: 'where',
  WHERE: 'where',
  HAVING: 'where',
  GROUP: 'order',
  ORDER: 'order',
  SET: 'set',
  VALUES: 'values',
  LIMIT: 'other',
  OFFSET: 'other',
  WINDOW: 'other',
  UNION: 'other',
  EXCEPT: 'other',
  INTERSECT: 'other',
  WITH: 'other',
}

export const upper = (token: Token | undefined): string => (token?.kind === 'word' ? token.text.toUpperCase() : '')

/** For each token the clause it stands in, and how many parentheses are open. A subquery has clauses of its own. */
export function clausesOf(tokens: readonly Token[]): { clause: Clause; depth: number }[] {
  const outer: Clause[] = []
  let clause: Clause = 'other'
  return tokens.map((token, i) => {
    if (token.text === '(' && token.kind === 'operator') outer.push(clause)
    else if (token.text === ')' && token.kind === 'operator') clause = outer.pop() ?? 'other'
    else {
      // `IS DISTINCT FROM` is an operator
      const isOperator = upper(token) === 'FROM' && upper(tokens[i - 1]) === 'DISTINCT'
      clause = (isOperator ? undefined : begins[upper(token)]) ?? clause
    }
    return { clause, depth: outer.length }
  })
}

const endsName = new Set(
  'WHERE ON JOIN LEFT INNER CROSS NATURAL FULL RIGHT OUTER ORDER GROUP LIMIT SET VALUES USING UNION INDEXED NOT EXCEPT INTERSECT HAVING WINDOW DEFAULT SELECT RETURNING WITH DO'.split(
    ' ',
  ),
)

/** Alias or name, both in lower case → name of the table in the schema, for every table the statement reads or writes. */
export function aliasesOf(
  tokens: readonly Token[],
  clauses: readonly { clause: Clause }[],
  schema: Schema,
): Map<string, string> {
  const aliases = new Map<string, string>()
  for (let i = 1; i < tokens.length; i++) {
    if (clauses[i]!.clause !== 'from' || !isName(tokens[i])) continue
    const before = tokens[i - 1]!
    const opens = ['FROM', 'JOIN', 'INTO', 'UPDATE', 'IGNORE', 'REPLACE'].includes(upper(before))
    const isMain = before.text === '.' && tokens[i - 2]?.text.toLowerCase() === 'main'
    if (!opens && !isMain && before.text !== ',' && before.text !== '(') continue
    const table = schema.get(tokens[i]!.text.toLowerCase())
    if (!table) continue
    aliases.set(table.name.toLowerCase(), table.name)
    const alias = tokens[upper(tokens[i + 1]) === 'AS' ? i + 2 : i + 1]
    if (isName(alias) && !endsName.has(upper(alias))) aliases.set(alias!.text.toLowerCase(), table.name)
  }
  return aliases
}

const isName = (token: Token | undefined): boolean => token?.kind === 'word' || token?.kind === 'name'
