import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { messageOf, PipelineError } from '@tenfold/contracts'
import type { Connection } from '../connection.ts'
import { applySettings, readSetting } from '../settings.ts'
import { near } from './emptying.ts'
import { type WalState, walBytes } from './log.ts'

export interface CheckpointerData {
  path: string
  everyMs: number
  limitBytes: number
}

export interface CheckpointerOptions {
  /** Time between two checkpoints, ms. */
  everyMs?: number
  /**
   * What the log should not grow beyond. From a quarter of it on it is emptied, for which the writer may have to wait for readers. A writer that
   * does not ask for `room` is not held while the disk is: what it adds during one slow fsync comes on top.
   */
  limitBytes?: number
  /** Told when the log was emptied, is held above the limit, or when the thread was lost: then the writer checkpoints again as before. */
  onEvent?(state: WalState | { kind: 'lost'; reason: string }): void
}

export interface Checkpointer {
  /**
   * For a writer, between two transactions: waits while the log is within a quarter of its limit, until it was emptied, but `maxMs` (10 s) at
   * most: a reader may hold it for longer. So the log stays below the limit where a transaction adds less than that quarter. False: there
   * is no room, and the writer may go on or not.
   */
  room(maxMs?: number): Promise<boolean>
  close(): Promise<void>
}

/** Between two tries to empty a log that a reader holds, ms. */
const pauseMs = 20

/** The compiled worker: Node cannot start a TypeScript one, so running from source needs a build too. */
const compiled = new URL('../../dist/wal/worker.js', import.meta.url)

/**
 * Checkpoints in a thread of its own, so that no transaction of `db` has to copy the log into the file (that makes the slowest one in a
 * hundred slow). Resolves when the thread is ready. Throws ENGINE_UNAVAILABLE.
 */
export async function openCheckpointer(
  db: Connection,
  { everyMs = 50, limitBytes = 64 * 2 ** 20, onEvent = () => {} }: CheckpointerOptions = {},
): Promise<Checkpointer> {
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
  worker.on('message', (message: WalState | 'tried') => {
    if (message !== 'tried') onEvent(message)
  })
  let reason = 'it ended'
  worker.once('error', (error) => (reason = messageOf(error)))
  const exit = once(worker, 'exit').catch(() => {})
  let isClosing = false
  let isGone = false
  const ended = exit.then(() => {
    isGone = true
    restore()
    if (!isClosing) onEvent({ kind: 'lost', reason })
  })
  const tried = async () => {
    const answer = new Promise<void>((resolve) => {
      const take = (message: WalState | 'tried') => {
        if (message !== 'tried') return
        worker.off('message', take)
        resolve()
      }
      worker.on('message', take)
    })
    worker.postMessage('try')
    await Promise.race([answer, ended])
  }
  return {
    async room(maxMs = 10_000) {
      const end = performance.now() + maxMs
      const isFull = () => walBytes(db.name) > near.share * limitBytes
      if (!isFull()) return true
      worker.ref()
      while (!isGone && performance.now() < end) {
        await tried()
        if (!isFull()) break
        await sleep(pauseMs)
      }
      worker.unref()
      return !isFull()
    },
    async close() {
      isClosing = true
      worker.ref()
      worker.postMessage('close')
      await ended
    },
  }
}
