import { PipelineError } from '@tenfold/contracts'
import type { Connection } from '../connection.ts'
import { explained } from '../sqlite-error.ts'
import { applyAnalyze, hasStoreTables } from '../tuning.ts'
import { checkpoint } from '../wal/log.ts'
import { checkFullText, fullTextTables, mergeSegments } from './full-text.ts'
import { type MaintenanceStep, vacuumRoom } from './plan.ts'

export interface MaintenanceDone {
  step: MaintenanceStep
  wallMs: number
}

/**
 * Does the steps that were confirmed, in their order, and tells of each when it is done. Each leaves the file as before or as after when the
 * process is killed. Throws DATA_UNREADABLE for a damaged file (nothing further is done), STORE_FULL, or TARGET_FAILED when another
 * connection holds the file.
 */
export function performMaintenance(
  db: Connection,
  steps: readonly MaintenanceStep[],
  onDone: (done: MaintenanceDone) => void = () => {},
): MaintenanceDone[] {
  return steps.map((step) => {
    const start = performance.now()
    try {
      actions[step.kind](db, step)
    } catch (error) {
      throw explained(db.name, error, 'TARGET_FAILED')
    }
    const done = { step, wallMs: performance.now() - start }
    onDone(done)
    return done
  })
}

const actions: Record<MaintenanceStep['kind'], (db: Connection, step: MaintenanceStep) => void> = {
  check: checkFile,
  checkpoint(db) {
    if (checkpoint(db, 'TRUNCATE').busy === 0) return
    const hint = 'end the read transaction that is open longest, then run this again'
    throw new PipelineError('TARGET_FAILED', `the log of ${db.name} is held by another connection`, hint)
  },
  analyze(db) {
    if (hasStoreTables(db)) applyAnalyze(db, 'full')
    else db.exec('ANALYZE')
  },
  merge: (db, { table }) => mergeSegments(db, table!),
  vacuum(db) {
    const { neededBytes, freeBytes } = vacuumRoom(db)
    if (freeBytes < neededBytes) {
      const message = `VACUUM of ${db.name} may need ${neededBytes} bytes, and ${freeBytes} are free`
      throw new PipelineError('STORE_FULL', message, 'free some space, or leave the pages: new rows fill them')
    }
    db.exec('VACUUM')
  },
}

/** Pages, keys between the tables of a store, and full text against the texts. Throws DATA_UNREADABLE with the first fault. */
export function checkFile(db: Connection): void {
  const damaged = (what: string) =>
    new PipelineError(
      'DATA_UNREADABLE',
      `${db.name} is damaged: ${what}`,
      'restore a copy, or ingest again into a new file',
    )
  const found = db.pragma('integrity_check(1)', { simple: true })
  if (found !== 'ok') throw damaged(String(found))
  // in a file of somebody else's, keys that are not enforced may be meant so
  const [broken] = hasStoreTables(db) ? (db.pragma('foreign_key_check') as { table: string; parent: string }[]) : []
  if (broken) throw damaged(`a row of ${broken.table} points to none of ${broken.parent}`)
  for (const table of fullTextTables(db)) {
    try {
      checkFullText(db, table)
    } catch (error) {
      if (!String((error as { code?: unknown }).code).startsWith('SQLITE_CORRUPT')) throw error
      throw damaged(`the full text ${table} does not agree with its texts`)
    }
  }
}
