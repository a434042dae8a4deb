import { messageOf } from '@tenfold/contracts'
import { type Koffi, loadKoffi, type NativeHeap, nativeHeap, openGlibc } from './native-heap.ts'

/** Parameters of `mallopt`, by their numbers in glibc's malloc/malloc.h. */
const M_TRIM_THRESHOLD = -1
const M_MMAP_THRESHOLD = -3

/** Blocks of weights and activations are larger, those of everyday JavaScript smaller. It is what glibc begins with, too. */
export const returnThresholdBytes = 128 * 1024

/** What can be asked of glibc's malloc, for the whole process. */
export type MallocControls =
  | {
      available: true
      /**
       * From now on blocks of at least so many bytes are mapped, hence given back when they are freed, and so is the end of the heap
       * once as much of it is free. False when glibc refuses. It also ends the growth of both thresholds, by which a
       * large block that was freed makes later ones stay (mallopt(3)); that cannot be undone before the process ends.
       */
      setThresholds(bytes: number): boolean
      /** Whether a new block of so many bytes is mapped, by trying. Asked before `setThresholds`, the trial itself raises the threshold. */
      maps(bytes: number): boolean
      /** Gives free pages back to the system; true when some were. */
      trim(): boolean
    }
  | { available: false; reason: string }

/** Blocks that may lie in free holes of the heap before the trial is given up. */
const trialBlocks = 4096

let known: MallocControls | undefined

/** `mallopt` and `malloc_trim` of glibc; elsewhere not available, with the reason. Loads koffi at the first call. */
export function mallocControls(): MallocControls {
  known ??= openMallocControls(nativeHeap(), loadKoffi)
  return known
}

export function openMallocControls(heap: NativeHeap, load: () => Koffi): MallocControls {
  // what does not count the blocks of this process does not rule them either
  if (!heap.available) return heap
  try {
    const { libc, mallinfo2 } = openGlibc(load())
    const mallopt = libc.func('mallopt', 'int', ['int', 'int']) as (parameter: number, value: number) => number
    const malloc = libc.func('malloc', 'void *', ['size_t']) as (bytes: number) => unknown
    const free = libc.func('free', 'void', ['void *']) as (block: unknown) => void
    return {
      available: true,
      setThresholds: (bytes) => mallopt(M_MMAP_THRESHOLD, bytes) === 1 && mallopt(M_TRIM_THRESHOLD, bytes) === 1,
      maps(bytes) {
        const before = mallinfo2()
        const blocks: unknown[] = []
        let now = before
        // blocks fill free holes first; then one is mapped, or the heap grows
        while (now.hblks <= before.hblks && now.arena <= before.arena && blocks.length < trialBlocks) {
          blocks.push(malloc(bytes))
          now = mallinfo2()
        }
        for (const block of blocks) free(block)
        return now.hblks > before.hblks
      },
      trim: heap.trim,
    }
  } catch (error) {
    return {
      available: false,
      reason: `no malloc controls on ${process.platform}: ${messageOf(error).split('\n')[0] ?? ''}`,
    }
  }
}
