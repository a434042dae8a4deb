import { PipelineError } from '@tenfold/contracts'
import Database from 'better-sqlite3'
import { applySettings, readSetting, type Unmet } from './settings.ts'
import { explained } from './sqlite-error.ts'

export type Connection = Database.Database

export interface ConnectionOptions {
  mmapMib: number
  cacheKib: number
}

/** Larger or smaller pages gained nothing for rows of text (1 to 64 KiB measured), and it is what SQLite makes by itself. */
const pageBytes = 4096

export interface Opened {
  db: Connection
  /** What is not as wanted and does no harm: a file made with other pages keeps them. */
  warnings: Unmet[]
}

/**
 * The only way a connection that writes is opened: WAL, then the settings SQLite forgets between connections, each read back, because SQLite
 * ignores what it cannot do. Throws DATA_UNREADABLE or ENGINE_UNAVAILABLE.
 */
export function openConnection(path: string, { mmapMib, cacheKib }: ConnectionOptions): Opened {
  return opening(path, {}, (db) => {
    // before WAL: a file in that mode keeps its pages
    const warnings = applySettings(db, { page_size: pageBytes })
    required(path, applySettings(db, { journal_mode: 'wal', synchronous: 'normal', foreign_keys: 'on' }))
    required(path, applySettings(db, { mmap_size: mmapMib * 2 ** 20, cache_size: -cacheKib }))
    return { db, warnings }
  })
}

/** A connection that cannot write, beside the one that does. Throws DATA_UNREADABLE or ENGINE_UNAVAILABLE. */
export function openReader(path: string, { mmapMib, cacheKib }: ConnectionOptions): Connection {
  return opening(path, { readonly: true, fileMustExist: true }, (db) => {
    const mode = readSetting(db, 'journal_mode')
    if (mode !== 'wal') {
      const message = `${path} has journal_mode ${mode}: its readers would hold up its writer`
      throw new PipelineError('ENGINE_UNAVAILABLE', message, 'open it for writing once: that puts it into WAL mode')
    }
    required(path, applySettings(db, { mmap_size: mmapMib * 2 ** 20, cache_size: -cacheKib }))
    return db
  })
}

function opening<T>(path: string, options: Database.Options, setUp: (db: Connection) => T): T {
  let db: Connection | undefined
  try {
    db = new Database(path, options)
    return setUp(db)
  } catch (error) {
    db?.close()
    throw explained(path, error, 'DATA_UNREADABLE')
  }
}

function required(path: string, [unmet]: Unmet[]): void {
  if (!unmet) return
  const { setting, wanted, actual, reason, hint } = unmet
  throw new PipelineError('ENGINE_UNAVAILABLE', `${path} has ${setting} ${actual}, not ${wanted}: ${reason}`, hint)
}
