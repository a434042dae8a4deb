// A thread that scans parts of what the thread with the index is asked for. It waits in shared memory, so that the other can call
// it, and wait for it, within one synchronous search.
import { parentPort, workerData } from 'node:worker_threads'
import { Best } from '../best.ts'
import { kernelsOver } from '../kernels/engine.ts'
import { type LinearMemory, rowsPerCall } from '../kernels/kernel.ts'
import { partsLeft, scan } from './scan.ts'
import { readTask, seatAt, state } from './task.ts'

export interface Seat {
  module: object
  memory: LinearMemory
  worker: number
  hitsAt: number
}

const { module, memory, worker, hitsAt } = workerData as Seat
const kernels = kernelsOver(module, memory)
// what lies at the start of the memory stays there when it grows
const control = new Int32Array(memory.buffer)
const words = new Uint32Array(memory.buffer)
const best = new Best(rowsPerCall)
const own = seatAt(worker)

Atomics.store(control, own, state.idle)
parentPort!.postMessage('ready')
for (;;) {
  const seen = Atomics.load(control, own)
  if (seen !== state.called) Atomics.wait(control, own, seen)
  else if (Atomics.compareExchange(control, own, state.called, state.joined) === state.called) {
    const { task, accept } = readTask(words)
    const mask = accept === 0 ? undefined : new Uint8Array(memory.buffer, accept, task.count)
    const hits = scan({ kernels, words, hitsAt, best }, task, mask, partsLeft(control, task)).hits()
    words.set(hits, hitsAt / 4)
    words[own + 1] = hits.length
    Atomics.store(control, own, state.done)
    Atomics.notify(control, own)
  }
}
