import { PipelineError } from '@tenfold/contracts'
import type { Connection } from '../connection.ts'
import { readMeta, writeMeta } from '../meta.ts'
import { explained } from '../sqlite-error.ts'
import type { MigrationStep } from './steps.ts'

/** A step as the file notes it: with its way back, so that an older build can take it back too. */
export interface AppliedStep extends Pick<MigrationStep, 'version' | 'name' | 'down' | 'losesNothing'> {
  appliedAt: string
}

const journal = `CREATE TABLE IF NOT EXISTS schema_journal (
  version INTEGER PRIMARY KEY, name TEXT NOT NULL, applied_at TEXT NOT NULL, down TEXT NOT NULL, loses_nothing TEXT NOT NULL
)`

export const schemaVersionOf = (db: Connection): number => Number(readMeta(db, 'schema'))

/** Brings the tables to the last version. To be called in a transaction: all steps or none. */
export function migrateUp(db: Connection, steps: readonly MigrationStep[]): void {
  const version = schemaVersionOf(db)
  const due = steps.filter((step) => step.version > version)
  if (due.length === 0) return
  db.exec(journal)
  const note = db.prepare('INSERT INTO schema_journal VALUES (?, ?, ?, ?, ?)')
  for (const step of due) {
    db.exec(step.up)
    note.run(step.version, step.name, new Date().toISOString(), step.down, step.losesNothing)
    writeMeta(db, 'schema', String(step.version))
  }
}

/** Steps that the file has gone, oldest first. */
export function appliedSteps(db: Connection): AppliedStep[] {
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'schema_journal'`).get()) return []
  return db
    .prepare(
      'SELECT version, name, applied_at AS appliedAt, down, loses_nothing AS losesNothing FROM schema_journal ORDER BY version',
    )
    .all() as AppliedStep[]
}

/**
 * Takes the last step back, in one transaction, for a build that knows only the version before; this one goes it again at the next opening.
 * Throws DATA_EMPTY where there is none, INDEX_MISMATCH where it would lose data.
 */
export function undoMigration(db: Connection): AppliedStep {
  const undo = db.transaction(() => {
    const step = appliedSteps(db).at(-1)
    if (!step) {
      const hint = 'only a file of this store that was brought to a later version can go back'
      throw new PipelineError('DATA_EMPTY', `${db.name} has gone no step of its schema`, hint)
    }
    if (db.prepare(step.losesNothing).pluck().get() !== 1) {
      const message = `${db.name} holds data that version ${step.version - 1} of its schema has no place for`
      throw new PipelineError(
        'INDEX_MISMATCH',
        message,
        'finish the ingest first, so that every chunk has its vector; metadata of documents has no place there',
      )
    }
    db.exec(step.down)
    db.prepare('DELETE FROM schema_journal WHERE version = ?').run(step.version)
    if (appliedSteps(db).length === 0) db.exec('DROP TABLE schema_journal')
    writeMeta(db, 'schema', String(step.version - 1))
    return step
  })
  try {
    return undo.immediate()
  } catch (error) {
    throw explained(db.name, error, 'TARGET_FAILED')
  }
}
