import { messageOf, PipelineError } from '@tenfold/contracts'
import Database from 'better-sqlite3'

export type Connection = Database.Database

/**
 * The only way a connection is opened: WAL, then the settings SQLite forgets between connections, each read back,
 * because SQLite ignores what it cannot do. Throws DATA_UNREADABLE or ENGINE_UNAVAILABLE.
 */
export function openConnection(path: string, mmapMib: number, cacheKib: number): Connection {
  const db = open(path)
  try {
    apply(db, 'journal_mode', 'wal')
    apply(db, 'mmap_size', mmapMib * 2 ** 20)
    apply(db, 'cache_size', -cacheKib)
    apply(db, 'foreign_keys', 1)
    return db
  } catch (error) {
    db.close()
    throw error instanceof PipelineError ? error : unreadable(path, error)
  }
}

function open(path: string): Connection {
  try {
    return new Database(path)
  } catch (error) {
    throw unreadable(path, error)
  }
}

function apply(db: Connection, pragma: string, value: string | number): void {
  db.pragma(`${pragma} = ${value}`)
  const actual = db.pragma(pragma, { simple: true })
  if (actual === value) return
  const message = `SQLite has ${pragma} ${actual} instead of ${value}`
  throw new PipelineError('ENGINE_UNAVAILABLE', message, 'keep the database on a local disk, and db.mmapMib below 2048')
}

function unreadable(path: string, error: unknown): PipelineError {
  const hint = 'name a file in an existing folder, or delete the file and ingest again'
  return new PipelineError('DATA_UNREADABLE', `${path}: ${messageOf(error)}`, hint, { cause: error })
}
