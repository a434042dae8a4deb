import type { Database } from 'better-sqlite3'
import type { Binding } from '../statements.ts'
import type { Terms } from './terms.ts'
import { tokensOf } from './tokens.ts'

/** The steps of EXPLAIN QUERY PLAN; throws what SQLite throws when the statement does not fit the schema. */
export function planOf(db: Database, { sql, params }: Pick<Binding, 'sql' | 'params'>): string[] {
  const values = params === null ? nullsFor(sql) : [params]
  const rows = db.prepare(`EXPLAIN QUERY PLAN ${sql}`).all(...values) as { detail: string }[]
  return rows.map(({ detail }) => detail)
}

/** A statement of a log without values is planned with null for each. */
function nullsFor(sql: string): unknown[] {
  const parameters = tokensOf(sql).filter(({ kind }) => kind === 'parameter')
  const unnamed = parameters.filter(({ text }) => text === '?').map(() => null)
  const named = parameters.filter(({ text }) => text !== '?').map(({ text }) => [text.slice(1), null] as const)
  return [...(unnamed.length > 0 ? [unnamed] : []), ...(named.length > 0 ? [Object.fromEntries(named)] : [])]
}

/** A step of EXPLAIN QUERY PLAN that visits every row; virtual tables search by their own index. */
export const isFullScan = (step: string): boolean =>
  /^SCAN (?!.*(USING|VIRTUAL TABLE|CONSTANT ROW|VALUES CLAUSE|\())/.test(step)

/** What of a plan or a statement usually costs time. */
export const planFlags = {
  scan: 'scans a whole table',
  sort: 'sorts in a temporary tree',
  automatic: 'builds an index for itself',
  bloom: 'builds a filter for itself',
  correlated: 'asks again for each row',
  wildcard: "LIKE '%…'",
  function: 'function on a column',
} as const
export type PlanFlag = keyof typeof planFlags

const stepFlags: [PlanFlag, (step: string) => boolean][] = [
  ['scan', isFullScan],
  ['sort', (step) => step.startsWith('USE TEMP B-TREE')],
  ['automatic', (step) => step.includes('USING AUTOMATIC')],
  ['bloom', (step) => step.startsWith('BLOOM FILTER')],
  ['correlated', (step) => step.startsWith('CORRELATED')],
]

export function flagsOf(plan: readonly string[], terms: Terms): PlanFlag[] {
  const flags = stepFlags.filter(([, holds]) => plan.some(holds)).map(([flag]) => flag)
  if (terms.leadingWildcard) flags.push('wildcard')
  if (terms.functionOnColumn) flags.push('function')
  return flags
}

/** Tables that the plan reads from first to last row. */
export const scannedTables = (plan: readonly string[], { aliases }: Terms): string[] =>
  plan
    .filter(isFullScan)
    .map((step) => /^SCAN (\S+)/.exec(step)![1]!)
    .map((name) => aliases.get(name.toLowerCase()) ?? name)

/** Names of the indexes a plan uses. */
export const indexesIn = (plan: readonly string[]): string[] =>
  plan.flatMap((step) => /USING (?:COVERING )?INDEX (\S+)/.exec(step)?.[1] ?? [])
