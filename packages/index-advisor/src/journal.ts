import { PipelineError } from '@tenfold/contracts'
import type { Database } from 'better-sqlite3'
import type { Advice } from './advise.ts'
import { limits } from './limits.ts'
import { explained } from './open.ts'
import { hasValues } from './playable.ts'
import { planOf } from './sql/plan.ts'
import { hashOf, journalTable, schemaDump } from './sql/schema.ts'
import { quoted } from './sql/tokens.ts'
import { restoreStatistics, type SavedStatistics, saveStatistics } from './statistics.ts'

/** What one application of advice did, and what it takes to take it back. */
export interface JournalEntry {
  id: number
  appliedAt: string
  ddl: string[]
  inverse: string[]
  /** For each statement whose plan changed: calls kept for comparison (µs each) and the hash of the plan it has now. */
  before: { fingerprint: string; timesUs: number[]; planHash: string }[]
  /** Of the schema before and after. */
  schemaBefore: string
  schemaAfter: string
  statistics: SavedStatistics
}

/**
 * Makes the advised changes in one transaction, with a row in the journal. Refuses (TARGET_FAILED, nothing changed) when the schema is no
 * longer the measured one, or when the planner would now choose other plans than those that were proven.
 */
export function applyAdvice(db: Database, advice: Advice): JournalEntry {
  const ddl = [...advice.drop.map(({ name }) => `DROP INDEX ${quoted(name)}`), ...advice.add.map((each) => each.ddl)]
  if (ddl.length === 0 && !advice.analyze)
    throw new PipelineError('DATA_EMPTY', 'the advice holds no change', 'apply only where something was advised')
  return inTransaction(db, () => {
    refuseHeld(db, ddl)
    const schemaBefore = schemaDump(db)
    if (hashOf(schemaBefore) !== advice.schemaHash)
      throw new PipelineError(
        'TARGET_FAILED',
        `the schema of ${db.name} has changed since it was measured`,
        'run the advisor again',
      )
    const statistics = saveStatistics(db)
    for (const statement of ddl) db.exec(statement)
    // what was measured had statistics of all tables
    db.exec('ANALYZE')
    const before = advice.statements
      .filter(({ isAffected }) => isAffected)
      .map(({ statement, planAfter }) => {
        const plan = planOf(db, statement.bindings.find(hasValues)!)
        if (plan.join('\n') !== planAfter.join('\n'))
          throw new PipelineError(
            'TARGET_FAILED',
            `the plan of ${statement.fingerprint} would be "${plan.join('; ')}", not the measured "${planAfter.join('; ')}"`,
            'the data has changed since it was measured: run the advisor again',
          )
        return { fingerprint: statement.fingerprint, timesUs: statement.timesUs, planHash: hashOf(plan.join('\n')) }
      })
    const inverse = [
      ...advice.add.map(({ name }) => `DROP INDEX ${quoted(name)}`),
      ...advice.drop.map((each) => each.ddl),
    ]
    const appliedAt = new Date().toISOString()
    const entry = { appliedAt, ddl, inverse, before, schemaBefore, schemaAfter: hashOf(schemaDump(db)), statistics }
    return { id: note(db, appliedAt, entry), ...entry }
  })
}

/** What made a statement slower was taken back, and is not made again until then. */
interface HeldDown {
  heldUntil: string
  ddl: string[]
}

/** Entries, oldest first; none where nothing was ever applied. */
export const readJournal = (db: Database): JournalEntry[] =>
  readRows(db).filter((row): row is JournalEntry => !('heldUntil' in row))

/** Changes that were taken back because they made a statement slower, and until when they are not made again. */
export function heldDown(db: Database, now = Date.now()): Map<string, string> {
  const held = readRows(db).filter((row): row is HeldDown & { id: number } => 'heldUntil' in row)
  const current = held.filter(({ heldUntil }) => Date.parse(heldUntil) > now)
  return new Map(current.flatMap(({ ddl, heldUntil }) => ddl.map((each) => [each, heldUntil])))
}

function readRows(db: Database): (JournalEntry | (HeldDown & { id: number }))[] {
  if (!db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(journalTable)) return []
  const rows = db.prepare(`SELECT id, entry FROM ${journalTable} ORDER BY id`).all() as { id: number; entry: string }[]
  return rows.map(({ id, entry }) => ({ id, ...JSON.parse(entry) }))
}

function note(db: Database, at: string, entry: Omit<JournalEntry, 'id'> | HeldDown): number {
  db.exec(
    `CREATE TABLE IF NOT EXISTS ${journalTable} (id INTEGER PRIMARY KEY, applied_at TEXT NOT NULL, entry TEXT NOT NULL)`,
  )
  const insert = db.prepare(`INSERT INTO ${journalTable} (applied_at, entry) VALUES (?, ?)`)
  return Number(insert.run(at, JSON.stringify(entry)).lastInsertRowid)
}

function refuseHeld(db: Database, ddl: readonly string[]): void {
  const held = heldDown(db)
  const first = ddl.find((each) => held.has(each))
  if (first === undefined) return
  const message = `${first} was taken back because it made a statement slower, and is held until ${held.get(first)}`
  throw new PipelineError('TARGET_FAILED', message, 'run the advisor again: it leaves out what is held')
}

/** Takes back what was applied last because it made a statement slower, and holds it down. */
export function revertAdvice(db: Database): void {
  inTransaction(db, () => {
    const { ddl } = undoAdvice(db)
    const now = Date.now()
    const heldUntil = new Date(now + limits.holdDownMs).toISOString()
    note(db, new Date(now).toISOString(), { heldUntil, ddl })
  })
}

/** Takes back what was applied last, with the statistics as they were, in one transaction. Throws DATA_EMPTY without an entry. */
export function undoAdvice(db: Database): JournalEntry {
  return inTransaction(db, () => {
    const entry = readJournal(db).at(-1)
    if (!entry)
      throw new PipelineError(
        'DATA_EMPTY',
        `nothing was applied to ${db.name}`,
        'only what `tenfold advise --apply` made can be taken back',
      )
    const isUntouched = hashOf(schemaDump(db)) === entry.schemaAfter
    for (const statement of entry.inverse) db.exec(statement)
    db.prepare(`DELETE FROM ${journalTable} WHERE id = ?`).run(entry.id)
    const isLast = readJournal(db).length === 0 && heldDown(db).size === 0
    if (isLast) db.exec(`DROP TABLE ${journalTable}`)
    restoreStatistics(db, entry.statistics)
    if (isUntouched && schemaDump(db) !== entry.schemaBefore)
      throw new PipelineError(
        'TARGET_FAILED',
        `${db.name} would not get its schema back`,
        'nothing was changed: drop the indexes by hand',
      )
    return entry
  })
}

function inTransaction<T>(db: Database, work: () => T): T {
  try {
    return db.transaction(work).immediate()
  } catch (error) {
    throw explained(db.name, error)
  }
}
