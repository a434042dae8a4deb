import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { messageOf, PipelineError } from '@tenfold/contracts'
import type { Connection } from '../connection.ts'
import { applySettings, readSetting } from '../settings.ts'
import type { WalState } from './log.ts'

export interface CheckpointerData {
  path: string
  everyMs: number
  limitBytes: number
}

export interface CheckpointerOptions {
  /** Time between two checkpoints, ms. */
  everyMs?: number
  /**
   * What the log should not grow beyond. From a quarter of it on it is emptied, for which the writer may have to wait for readers. A writer is
   * not held while the disk is: what it adds during one slow fsync comes on top.
   */
  limitBytes?: number
  /** Told when the log was emptied, is held above the limit, or when the thread was lost: then the writer checkpoints again as before. */
  onEvent?(state: WalState | { kind: 'lost'; reason: string }): void
}

/** The compiled worker: Node cannot start a TypeScript one, so running from source needs a build too. */
const compiled = new URL('../../dist/wal/worker.js', import.meta.url)

/**
 * Checkpoints in a thread of its own, so that no transaction of `db` has to copy the log into the file (that makes the slowest one in a
 * hundred slow). Resolves when the thread is ready. Throws ENGINE_UNAVAILABLE.
 */
export async function openCheckpointer(
  db: Connection,
  { everyMs = 50, limitBytes = 64 * 2 ** 20, onEvent = () => {} }: CheckpointerOptions = {},
): Promise<{ close(): Promise<void> }> {
  const before = readSetting(db, 'wal_autocheckpoint')
  const data: CheckpointerData = { path: db.name, everyMs, limitBytes }
  const worker = new Worker(compiled, { workerData: data, execArgv: [] })
  const restore = () => void (db.open && applySettings(db, { wal_autocheckpoint: before }))
  try {
    await once(worker, 'message')
  } catch (error) {
    const hint = 'run `pnpm build:all` if the compiled worker is missing, or leave checkpoints to the writer'
    throw new PipelineError('ENGINE_UNAVAILABLE', `no checkpoint thread: ${messageOf(error)}`, hint, { cause: error })
  }
  applySettings(db, { wal_autocheckpoint: 0 })
  worker.unref()
  worker.on('message', (state: WalState) => onEvent(state))
  let reason = 'it ended'
  worker.once('error', (error) => (reason = messageOf(error)))
  const exit = once(worker, 'exit').catch(() => {})
  let isClosing = false
  const ended = exit.then(() => {
    restore()
    if (!isClosing) onEvent({ kind: 'lost', reason })
  })
  return {
    async close() {
      isClosing = true
      worker.ref()
      worker.postMessage('close')
      await ended
    },
  }
}
