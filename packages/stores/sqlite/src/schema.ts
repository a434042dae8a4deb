import { PipelineError, type StoreIdentity } from '@tenfold/contracts'
import type { Connection } from './connection.ts'
import { readMeta, writeMeta } from './meta.ts'
import { appliedSteps, migrateUp, schemaVersionOf } from './migrations/migrate.ts'
import { firstTables, steps } from './migrations/steps.ts'

export const schemaVersion = steps.at(-1)!.version

/**
 * Makes the tables of a new file, brings those of an older version up to date, and compares the identity, all in one transaction: a file that is
 * refused stays as it was. Throws INDEX_MISMATCH.
 */
export function prepareSchema(db: Connection, path: string, identity: StoreIdentity): void {
  const wanted = stringify(identity)
  const prepare = db.transaction(() => {
    if (!hasMeta(db)) {
      db.exec(firstTables)
      writeMeta(db, 'schema', '1')
      for (const [key, value] of Object.entries(wanted)) writeMeta(db, key, value)
    }
    refuseNewer(db, path)
    migrateUp(db, steps)
    refuseOther(db, path, wanted)
  })
  // what is up to date can be opened while another connection writes
  if (hasMeta(db) && schemaVersionOf(db) === schemaVersion) refuseOther(db, path, wanted)
  else prepare.immediate()
}

const hasMeta = (db: Connection): boolean =>
  db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = 'meta'`).get() !== undefined

function refuseNewer(db: Connection, path: string): void {
  const version = schemaVersionOf(db)
  if (version <= schemaVersion) return
  const wayBack = appliedSteps(db).length > 0 ? ', or take its last step back: tenfold maintain --undo' : ''
  const message = `${path} has version ${version} of the schema, and this build knows ${schemaVersion}`
  throw new PipelineError('INDEX_MISMATCH', message, `open it with the build that wrote it${wayBack}`)
}

function refuseOther(db: Connection, path: string, wanted: Record<string, string>): void {
  for (const [key, value] of Object.entries(wanted)) {
    const actual = readMeta(db, key)
    if (actual === value) continue
    const hint = 'ingest again into a new index, or go back to the settings it was made with'
    throw new PipelineError('INDEX_MISMATCH', `${path} was made with ${key} ${actual}, not ${value}`, hint)
  }
}

function stringify({ modelSha256, dims, chunker }: StoreIdentity): Record<string, string> {
  return { modelSha256, dims: String(dims), chunker }
}
