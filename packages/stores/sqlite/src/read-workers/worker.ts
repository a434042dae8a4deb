import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '@tenfold/contracts'
import { openReader } from '../connection.ts'
import type { ReaderData, Reply, Request } from './thread.ts'

const { path, ...options } = workerData as ReaderData
const port = parentPort!
const db = openReader(path, options)
const nothing: Reply = { rows: [], done: true }
let rows: Iterator<unknown> | undefined
let batchRows = 1

port.on('message', (request: Request) => {
  if (request === 'stop' || request === 'close') rows?.return?.()
  if (request === 'close') {
    db.close()
    port.close()
  } else port.postMessage(request === 'stop' ? nothing : answer(request))
})
port.postMessage(nothing)

function answer(request: Exclude<Request, 'close' | 'stop'>): Reply {
  try {
    if (request !== 'next') {
      batchRows = request.batchRows
      rows = db.prepare<unknown[]>(request.sql).iterate(...request.params)
    }
    const batch: unknown[] = []
    while (batch.length < batchRows) {
      const next = rows!.next()
      if (next.done) return { rows: batch, done: true }
      batch.push(next.value)
    }
    return { rows: batch, done: false }
  } catch (error) {
    return { failed: messageOf(error), code: String((error as { code?: unknown }).code ?? '') }
  }
}
