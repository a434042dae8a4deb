import { messageOf } from '@tenfold/contracts'
import type { Database } from 'better-sqlite3'
import { limits } from './limits.ts'
import { flagsOf, type PlanFlag, planOf, scannedTables } from './sql/plan.ts'
import { hasRows, readSchema } from './sql/schema.ts'
import { type Terms, termsOf } from './sql/terms.ts'
import type { Statement } from './statements.ts'

export interface Review {
  statement: Statement
  terms: Terms
  plan: string[]
  flags: PlanFlag[]
  /** Tables of many rows that are read from first to last. */
  scans: string[]
  /** Why it has no plan here: SQLite's words. */
  problem: string | null
}

/** The plan of each statement in the database as it is, and what usually costs time in it. Measures nothing. */
export function review(db: Database, statements: readonly Statement[]): Review[] {
  const schema = readSchema(db)
  return statements.map((statement) => {
    const binding = statement.bindings[0]!
    const terms = termsOf(binding.sql, schema)
    try {
      const plan = planOf(db, binding)
      const scans = scannedTables(plan, terms).filter(
        (table) => schema.has(table.toLowerCase()) && hasRows(db, table, limits.scanRows),
      )
      return { statement, terms, plan, flags: flagsOf(plan, terms), scans, problem: null }
    } catch (error) {
      return { statement, terms, plan: [], flags: [], scans: [], problem: messageOf(error) }
    }
  })
}
