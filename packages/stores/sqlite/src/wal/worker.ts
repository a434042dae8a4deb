import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointerData } from './checkpointer.ts'
import { early, near } from './emptying.ts'
import { checkpoint, checkWal, walBytes } from './log.ts'

const { path, everyMs, limitBytes } = workerData as CheckpointerData
const port = parentPort!
const db = new Database(path, { fileMustExist: true })
let nextTry = 0
let isHeld = false

/** A try to empty the log, where it is long enough for one. */
function empty(size: number): void {
  const { share, waitMs, retryMs } = size > near.share * limitBytes ? near : early
  const state = { ...checkWal(db, { limitBytes: share * limitBytes, waitMs }), limitBytes }
  if (state.kind === 'held') nextTry = performance.now() + retryMs
  const wasHeld = isHeld
  isHeld = state.kind === 'held' && (wasHeld || size > limitBytes)
  if (state.kind === 'emptied' || (isHeld && !wasHeld)) port.postMessage(state)
}

const timer = setInterval(() => {
  const size = walBytes(path)
  if (size === 0) return
  checkpoint(db, 'PASSIVE')
  if (performance.now() >= nextTry) empty(size)
}, everyMs)
port.on('message', (order: 'try' | 'close') => {
  if (order === 'try') {
    // the writer waits for it
    empty(walBytes(path))
    port.postMessage('tried')
    return
  }
  clearInterval(timer)
  db.close()
  port.close()
})
port.postMessage('ready')
