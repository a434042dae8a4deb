import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Best } from '../best.ts'
import { rowsPerCall } from '../kernels/kernel.ts'
import type { Slab } from '../slab.ts'
import { partsLeft, scan, scanAlone } from './scan.ts'
import { seatAt, state, type Task, takenAt, writeTask } from './task.ts'
import type { Seat } from './worker.ts'

/** The compiled worker: Node cannot start a TypeScript one, so running from source needs a build too. */
const compiled = new URL('../../dist/split/worker.js', import.meta.url)
/** A worker holds the best of a scan and little else. */
const resourceLimits = { maxYoungGenerationSizeMb: 2, maxOldGenerationSizeMb: 16 }

/**
 * Bytes of rows or codes below which a scan is left to one thread. Two threads, each on a core of its own, took 1.4 times as long as one for
 * 1.5 MB, the same for 4.6 MB, 0.9 for 4.8 MB of bits and 0.77 for 15 MB (Xeon, two cores, other work beside it; in turn).
 */
export const splitFromBytes = 8 * 2 ** 20

/** Looks at a worker's state before the processor is given away: some 20 µs, less than putting this thread to sleep and waking it. */
const looks = 2000
/** A worker is given up after this. In many waits: one alone would be over when a stopped process goes on, before the worker could. */
const patience = { waits: 10, ms: 50 }

/**
 * Threads that scan the same memory as the one that asks. Each takes the next part of the rows until none is left, so one that wakes late has
 * taken fewer and nobody waits for one that has not begun. Hits of all are merged: what comes out is what one thread would find.
 */
export class ScanWorkers {
  readonly #slab: Slab
  readonly #control: Int32Array
  #seats: { worker: Worker; at: number; hitsAt: number }[]
  /** Given up while they held parts, and not ended yet: they may still take some. */
  readonly #strays = new Set<Worker>()

  /** `slab.shared` must be there, with room for the hits of so many. */
  constructor(slab: Slab, workers: number) {
    this.#slab = slab
    this.#control = new Int32Array(slab.words.buffer)
    const { module, memory } = slab.shared!
    this.#seats = Array.from({ length: workers }, (_, i) => i).flatMap((i) => {
      const hitsAt = slab.hitsAt + 8 * rowsPerCall * (i + 1)
      const worker = this.#start({ module, memory, worker: i, hitsAt })
      return worker ? { worker, at: seatAt(i), hitsAt } : []
    })
  }

  /** Undefined where no thread may be started: the others, or the caller alone, do its part. */
  #start(workerData: Seat): Worker | undefined {
    try {
      const worker = new Worker(compiled, { workerData, execArgv: [], resourceLimits })
      // an error that nobody hears would end the process
      worker.on('error', () => {})
      worker.once('exit', () => {
        this.#strays.delete(worker)
        this.#remove(worker)
      })
      worker.unref()
      return worker
    } catch {
      return undefined
    }
  }

  /** Workers that scan, or will when they have started. */
  get count(): number {
    return this.#seats.length
  }

  /** Resolves when each worker has started, or is lost. */
  async ready(): Promise<void> {
    const starting = this.#seats.filter(({ at }) => Atomics.load(this.#control, at) === state.starting)
    await Promise.all(
      starting.map(async ({ worker }) => {
        worker.ref()
        await Promise.race([once(worker, 'message'), once(worker, 'exit')]).catch(() => {})
        worker.unref()
      }),
    )
  }

  scan(task: Task, accept: Uint8Array | undefined): Best {
    const { words } = this.#slab
    const called = this.#call(task, accept)
    if (called.length === 0) return scanAlone(this.#slab, task, accept)
    const best = scan(this.#slab, task, accept, partsLeft(this.#control, task))
    let isWhole = true
    for (const seat of called) {
      if (Atomics.compareExchange(this.#control, seat.at, state.called, state.idle) === state.called) continue
      if (this.#isDone(seat.at)) {
        best.take(words.subarray(seat.hitsAt / 4, seat.hitsAt / 4 + words[seat.at + 1]!), undefined)
        Atomics.store(this.#control, seat.at, state.idle)
      } else {
        isWhole = false
        this.#giveUp(seat.worker)
      }
    }
    return isWhole ? best : scanAlone(this.#slab, task, accept)
  }

  close(): void {
    for (const { worker } of this.#seats) void worker.terminate()
    this.#seats = []
  }

  #call(task: Task, accept: Uint8Array | undefined) {
    const { words, bytes, listAt } = this.#slab
    // a worker hands over its hits where its kernel puts them
    if (this.#strays.size > 0 || task.k > rowsPerCall) return []
    const idle = this.#seats.filter(({ at }) => Atomics.load(this.#control, at) === state.idle)
    if (idle.length === 0) return []
    if (accept) bytes.set(accept.subarray(0, task.count), listAt)
    writeTask(words, task, accept ? listAt : 0)
    Atomics.store(this.#control, takenAt, 0)
    for (const { at } of idle) {
      Atomics.store(this.#control, at, state.called)
      Atomics.notify(this.#control, at)
    }
    return idle
  }

  #isDone(at: number): boolean {
    const isDone = () => Atomics.load(this.#control, at) === state.done
    for (let look = 0; look < looks; look++) if (isDone()) return true
    for (let wait = 0; wait < patience.waits && !isDone(); wait++)
      Atomics.wait(this.#control, at, state.joined, patience.ms)
    return isDone()
  }

  #giveUp(worker: Worker): void {
    this.#strays.add(worker)
    this.#remove(worker)
    void worker.terminate()
  }

  #remove(lost: Worker): void {
    this.#seats = this.#seats.filter(({ worker }) => worker !== lost)
  }
}
