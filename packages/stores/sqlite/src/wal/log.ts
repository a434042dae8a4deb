import { statSync } from 'node:fs'
import type { Connection } from '../connection.ts'

/** What a look at the write-ahead log found. `limitBytes` is the size that was allowed. */
export type WalState =
  | { kind: 'below'; walBytes: number; limitBytes: number }
  /** It was above the limit, and is empty now. */
  | { kind: 'emptied'; walBytes: number; limitBytes: number }
  /** It is above the limit and cannot be emptied: by whom, and pages that could not be moved into the file. */
  | { kind: 'held'; walBytes: number; limitBytes: number; heldPages: number; by: 'reader' | 'writer'; hint: string }

/** Result of a checkpoint in pages; -1 each where the file has no log. */
export interface Checkpoint {
  busy: number
  log: number
  checkpointed: number
}

export const checkpoint = (db: Connection, mode: 'PASSIVE' | 'TRUNCATE'): Checkpoint =>
  (db.pragma(`wal_checkpoint(${mode})`) as [Checkpoint])[0]

export const walBytes = (path: string): number => statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0

const hints = {
  reader: 'end the read transaction that is open longest: finish or close iterators, and commit what only reads',
  writer: 'a write was under way: look again when it is committed',
}

/**
 * Empties a log above the limit, where it can: a passive checkpoint, which waits for nobody, then a truncating one that waits `waitMs` at most
 * for readers and the writer. A log grows while one reader keeps an old state of the file open, however often others checkpoint.
 */
export function checkWal(
  db: Connection,
  { limitBytes, waitMs = 0 }: { limitBytes: number; waitMs?: number },
): WalState {
  const size = walBytes(db.name)
  if (size <= limitBytes) return { kind: 'below', walBytes: size, limitBytes }
  const held = (by: 'reader' | 'writer', heldPages: number): WalState => {
    return { kind: 'held', walBytes: size, limitBytes, heldPages, by, hint: hints[by] }
  }
  const first = checkpoint(db, 'PASSIVE')
  const again = first.checkpointed < first.log ? checkpoint(db, 'PASSIVE') : first
  // what the first one saw and the second could not move is held by a reader; the rest was written meanwhile
  const left = again.log - again.checkpointed
  if (again.checkpointed < Math.min(first.log, again.log)) return held('reader', left)
  if (truncated(db, waitMs)) return { kind: 'emptied', walBytes: size, limitBytes }
  return held(left > 0 ? 'writer' : 'reader', left)
}

/** Without the wait of the connection, which is seconds and would stop everything else in this thread. */
function truncated(db: Connection, waitMs: number): boolean {
  const wait = db.pragma('busy_timeout', { simple: true })
  db.pragma(`busy_timeout = ${waitMs}`)
  try {
    return checkpoint(db, 'TRUNCATE').busy === 0
  } catch (error) {
    if (String((error as { code?: unknown }).code).startsWith('SQLITE_BUSY')) return false
    throw error
  } finally {
    db.pragma(`busy_timeout = ${wait}`)
  }
}

export interface WatchOptions {
  limitBytes: number
  everyMs: number
  /** Told when the log is emptied, when it begins to be held, and each time a held one has doubled. */
  onEvent(state: WalState): void
}

/** Looks at the log again and again until stopped. Does not keep the process running. */
export function watchWal(db: Connection, { limitBytes, everyMs, onEvent }: WatchOptions): { stop(): void } {
  let toldBytes: number | undefined
  const look = () => {
    // a checkpoint inside a transaction fails
    if (db.inTransaction) return
    const state = checkWal(db, { limitBytes })
    if (state.kind !== 'held') {
      if (state.kind === 'emptied') onEvent(state)
      toldBytes = undefined
    } else if (toldBytes === undefined || state.walBytes >= 2 * toldBytes) {
      toldBytes = state.walBytes
      onEvent(state)
    }
  }
  const timer = setInterval(look, everyMs)
  timer.unref()
  return { stop: () => clearInterval(timer) }
}
