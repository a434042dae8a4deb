import { messageOf, PipelineError } from '@tenfold/contracts'
import Database from 'better-sqlite3'
import { limits } from './limits.ts'

/** Opens a file of anybody's and reads from it once. Throws DATA_UNREADABLE or TARGET_FAILED, with the way out. */
export function openDatabase(file: string, { readonly }: { readonly: boolean }): Database.Database {
  let db: Database.Database | undefined
  try {
    db = new Database(file, { readonly, fileMustExist: true, timeout: limits.busyMs })
    db.prepare('SELECT count(*) FROM sqlite_schema').get()
    return db
  } catch (error) {
    db?.close()
    throw explained(file, error)
  }
}

/** What SQLite's error codes mean for somebody who runs the advisor. */
export function explained(file: string, error: unknown): PipelineError {
  if (error instanceof PipelineError) return error
  const code = String((error as { code?: unknown }).code ?? '')
  const [name, hint] = waysOut.find(([pattern]) => pattern.test(code))![1]
  return new PipelineError(name, `${file}: ${messageOf(error)}`, hint, { cause: error as Error })
}

const waysOut: [RegExp, ['DATA_UNREADABLE' | 'TARGET_FAILED' | 'STORE_FULL', string]][] = [
  [
    /^SQLITE_(BUSY|LOCKED)/,
    ['TARGET_FAILED', 'another process holds the lock: end its transaction, then run this again'],
  ],
  [
    /^SQLITE_READONLY/,
    ['TARGET_FAILED', 'only --apply and --undo write: make the file and its folder writable for them'],
  ],
  [
    /^SQLITE_FULL/,
    ['STORE_FULL', 'the advisor needs about four times the size of the database: free space, or set TMPDIR'],
  ],
  [/^SQLITE_NOTADB/, ['DATA_UNREADABLE', 'name a SQLite 3 file; an encrypted one must be decrypted first']],
  [
    /^SQLITE_CORRUPT/,
    ['DATA_UNREADABLE', 'restore the file from a backup, or see what `sqlite3 <file> .recover` saves'],
  ],
  [
    /^SQLITE_CANTOPEN/,
    ['DATA_UNREADABLE', 'name a file that is there; a WAL database needs a folder that can be written to'],
  ],
  [/./, ['TARGET_FAILED', 'see that the sqlite3 shell can run the same on this file']],
  [/^/, ['DATA_UNREADABLE', 'name a SQLite file that is there']],
]
