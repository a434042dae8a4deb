import { availableMemoryBytes, memoryLimitBytes } from '@tenfold/measure'

/** Left to the rest of the machine: 1 GiB or 15 %, whichever is more. */
const reserveBytes = 2 ** 30
const reserveShare = 0.15
/** In a small container that would leave nothing; a process may use this share of what there is in any case. */
const smallestShare = 0.5

/** Most private bytes on a machine with 16 GB that a screen, a browser and macOS share (S2-4). */
export const macMini16GbCeilingBytes = 12_000e6

/** What is there less the reserve. `limitBytes` is that of the container, null without one. */
export function ceilingFor(availableBytes: number, limitBytes: number | null): number {
  const there = Math.min(availableBytes, limitBytes ?? Number.POSITIVE_INFINITY)
  return Math.floor(Math.max(there * smallestShare, there - Math.max(reserveBytes, there * reserveShare)))
}

/** The ceiling of a process that was given none, from what is free and allowed now. */
export const defaultCeilingBytes = (): number => ceilingFor(availableMemoryBytes(), memoryLimitBytes())
