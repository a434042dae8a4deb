import { nativeHeap, residentMemory } from '@tenfold/measure'
import { collectGarbage } from '../garbage.ts'

/** All that a governor reads and does to the process. */
export interface GovernorEffects {
  nowMs(): number
  memory(): { privateBytes: number; fileBackedBytes: number | null }
  /** Returns to the system what was freed. */
  giveBack(): void
}

/** Collects twice, since buffers are freed by finalizers, then has malloc return free pages where it can be told to. About 10 to 30 ms. */
export function giveBack(): void {
  collectGarbage()
  const heap = nativeHeap()
  if (heap.available) heap.trim()
}

export const processEffects: GovernorEffects = { nowMs: () => performance.now(), memory: residentMemory, giveBack }
