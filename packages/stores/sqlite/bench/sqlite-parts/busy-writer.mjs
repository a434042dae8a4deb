// Commits a batch of rows every few milliseconds until told to stop; a thread of its own.
import { parentPort, workerData } from 'node:worker_threads'
import Database from 'better-sqlite3'

const { path, pauseMs, rows } = workerData
const db = new Database(path)
const insert = db.prepare('INSERT INTO chunks (doc, text) VALUES (?, ?)')
const text = 'written while others read '.repeat(30)
const write = db.transaction(() => {
  for (let i = 0; i < rows; i++) insert.run(i, text)
})
const timer = setInterval(() => write.immediate(), pauseMs)
parentPort.once('message', () => {
  clearInterval(timer)
  db.close()
  parentPort.close()
})
parentPort.postMessage('ready')
