import type { Best } from '../best.ts'
import { type Kernels, rowsPerCall } from '../kernels/kernel.ts'
import { type Task, takenAt } from './task.ts'

/** Rows of the first call of a scan; it doubles from there. With no floor yet, each of them is a hit. */
const firstRows = 256

/** The memory that is scanned, and where a thread has its hits put. */
interface Place {
  kernels: Kernels
  words: Uint32Array
  hitsAt: number
  /** Keeps what the last scan found until the next. */
  best: Best
}

/**
 * The best rows of the parts of a task that `next` names by their first row, until it names one beyond the end. `accept` holds
 * a 1 for each row that may be one.
 */
export function scan(
  { kernels, words, hitsAt, best }: Place,
  task: Task,
  accept: Uint8Array | undefined,
  next: () => number,
): Best {
  const { query, rows, width, from, step, count, perPart } = task
  const kernel = kernels[task.kernel]
  best.restart(task.k)
  let most = firstRows
  for (let part = next(); part < count; part = next()) {
    const end = Math.min(count, part + perPart)
    for (let row = part; row < end; ) {
      const here = Math.min(most, end - row)
      const hitsEnd = kernel(query, rows, width, from + step * row, here, best.floor, hitsAt)
      best.take(words.subarray(hitsAt / 4, hitsEnd / 4), accept)
      row += here
      most = Math.min(2 * most, rowsPerCall)
    }
  }
  return best
}

/** The same in one part. */
export function scanAlone(place: Place, task: Task, accept: Uint8Array | undefined): Best {
  const starts = [0]
  return scan(place, { ...task, perPart: task.count }, accept, () => starts.pop() ?? task.count)
}

/** Parts that no other thread has taken. */
export function partsLeft(control: Int32Array, { perPart }: Task): () => number {
  return () => Atomics.add(control, takenAt, perPart)
}
