import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointerData } from './checkpointer.ts'
import { checkpoint, checkWal, walBytes } from './log.ts'

/** How long the writer may be waited for once the log is too large; it writes again as soon as it is emptied. */
const waitMs = 50

const { path, everyMs, limitBytes } = workerData as CheckpointerData
const port = parentPort!
const db = new Database(path, { fileMustExist: true })
let held = false

const timer = setInterval(() => {
  if (walBytes(path) === 0) return
  checkpoint(db, 'PASSIVE')
  const state = checkWal(db, { limitBytes, waitMs })
  if (state.kind === 'emptied' || (state.kind === 'held' && !held)) port.postMessage(state)
  held = state.kind === 'held'
}, everyMs)
port.once('message', () => {
  clearInterval(timer)
  db.close()
  port.close()
})
port.postMessage('ready')
