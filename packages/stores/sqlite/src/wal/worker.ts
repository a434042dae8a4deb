import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'
import type { CheckpointerData } from './checkpointer.ts'
import { checkpoint, checkWal, walBytes } from './log.ts'

/** How long the writer may be waited for once the log is too large; it writes again as soon as it is emptied. */
const waitMs = 50
/** A log that is held is not tried again at once: the writer would be waiting half of the time. */
const retryMs = 1000

const { path, everyMs, limitBytes } = workerData as CheckpointerData
const port = parentPort!
const db = new Database(path, { fileMustExist: true })
/** When emptying it was tried last, while it is held. */
let heldAt: number | undefined

const timer = setInterval(() => {
  if (walBytes(path) === 0) return
  checkpoint(db, 'PASSIVE')
  if (heldAt !== undefined && performance.now() < heldAt + retryMs) return
  const state = checkWal(db, { limitBytes, waitMs })
  if (state.kind === 'emptied' || (state.kind === 'held' && heldAt === undefined)) port.postMessage(state)
  heldAt = state.kind === 'held' ? performance.now() : undefined
}, everyMs)
port.once('message', () => {
  clearInterval(timer)
  db.close()
  port.close()
})
port.postMessage('ready')
