import { type ErrorCode, messageOf, PipelineError } from '@tenfold/contracts'

type Meaning = [code: ErrorCode, hint: string]

const lock: Meaning = ['TARGET_FAILED', 'another connection holds the lock: end its transaction, then run this again']

/** What SQLite's error codes mean for somebody who holds the file. */
const meanings: [prefix: string, meaning: Meaning][] = [
  ['SQLITE_BUSY', lock],
  ['SQLITE_LOCKED', lock],
  ['SQLITE_FULL', ['STORE_FULL', 'free some space and run this again: what failed has changed nothing']],
  [
    'SQLITE_CANTOPEN',
    ['DATA_UNREADABLE', 'name a file in an existing folder; both must be writable: a log is kept beside it'],
  ],
  ['SQLITE_READONLY', ['DATA_UNREADABLE', 'make the file and its folder writable: a log is kept beside the file']],
  [
    'SQLITE_CORRUPT',
    ['DATA_UNREADABLE', 'restore a copy, or ingest again; `sqlite3 <file> .recover` saves what it can'],
  ],
]
const otherwise = {
  DATA_UNREADABLE: 'name a file in an existing folder, or delete the file and ingest again',
  TARGET_FAILED: 'see that the sqlite3 shell can run the same on this file',
}

/** An error of SQLite with its way out; `fallback` where its code says nothing. An error that has one already stays. */
export function explained(path: string, error: unknown, fallback: keyof typeof otherwise): PipelineError {
  if (error instanceof PipelineError) return error
  const sqlite = String((error as { code?: unknown } | null)?.code ?? '')
  const known = meanings.find(([prefix]) => sqlite.startsWith(prefix))?.[1]
  const [code, hint] = known ?? [fallback, otherwise[fallback]]
  return new PipelineError(code, `${path}: ${messageOf(error)}`, hint, { cause: error })
}
