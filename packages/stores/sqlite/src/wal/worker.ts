import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointerData } from './checkpointer.ts'
import { checkpoint, checkWal, walBytes } from './log.ts'

/**
 * Emptying begins at a quarter of the limit: a try waits little for readers, since the writer waits with it, and may fail where there are many.
 * Near the limit it waits longer. One that failed is not made again at once: the writer would wait most of the time.
 */
const early = { share: 1 / 4, waitMs: 50, retryMs: 200 }
const near = { share: 3 / 4, waitMs: 500, retryMs: 500 }

const { path, everyMs, limitBytes } = workerData as CheckpointerData
const port = parentPort!
const db = new Database(path, { fileMustExist: true })
let nextTry = 0
let isHeld = false

const timer = setInterval(() => {
  const size = walBytes(path)
  if (size === 0) return
  checkpoint(db, 'PASSIVE')
  if (performance.now() < nextTry) return
  const { share, waitMs, retryMs } = size > near.share * limitBytes ? near : early
  const state = { ...checkWal(db, { limitBytes: share * limitBytes, waitMs }), limitBytes }
  if (state.kind === 'held') nextTry = performance.now() + retryMs
  const wasHeld = isHeld
  isHeld = state.kind === 'held' && (wasHeld || size > limitBytes)
  if (state.kind === 'emptied' || (isHeld && !wasHeld)) port.postMessage(state)
}, everyMs)
port.once('message', () => {
  clearInterval(timer)
  db.close()
  port.close()
})
port.postMessage('ready')
