import type { Kernels } from '../kernels/kernel.ts'

/** A scan, cut into parts that any thread may take. Addresses count bytes. */
export interface Task {
  kernel: keyof Kernels
  query: number
  rows: number
  width: number
  /** What a kernel takes as `from` for the first row, and how much more for each row after it. */
  from: number
  step: number
  count: number
  /** Rows of a part, a multiple of 16. */
  perPart: number
  /** How many of the best are wanted. */
  k: number
}

/** At most so many threads besides the one that asks. */
export const mostWorkers = 3

/** What a worker is doing. It moves on from `called` and `joined`, the one that asks from the others; see scan-workers.ts. */
export const state = { starting: 0, idle: 1, called: 2, joined: 3, done: 4 } as const

const kernelNames: readonly Task['kernel'][] = ['scanF32', 'gatherF32', 'scanInt8', 'scanBits']
const numbers = ['query', 'rows', 'width', 'from', 'step', 'count', 'perPart', 'k'] as const

const wordsPerLine = 16
/** Rows handed out so far: a word in a cache line of its own, as are those of each worker. */
export const takenAt = wordsPerLine
/** The state of a worker, then how many words of hits it has found. */
export const seatAt = (worker: number) => (2 + worker) * wordsPerLine
/** Where the mask of rows begins that may be hits; 0: all may. */
const acceptAt = numbers.length + 1
/** Bytes at the start of the memory that threads agree in. */
export const headBytes = 4 * seatAt(mostWorkers)

export function writeTask(words: Uint32Array, task: Task, accept: number): void {
  words[0] = kernelNames.indexOf(task.kernel)
  for (const [i, name] of numbers.entries()) words[1 + i] = task[name]
  words[acceptAt] = accept
}

export function readTask(words: Uint32Array): { task: Task; accept: number } {
  const values = Object.fromEntries(numbers.map((name, i) => [name, words[1 + i]!])) as Record<
    (typeof numbers)[number],
    number
  >
  return { task: { kernel: kernelNames[words[0]!]!, ...values }, accept: words[acceptAt]! }
}
