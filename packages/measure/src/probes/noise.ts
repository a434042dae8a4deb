import { readFileSync } from 'node:fs'
import type { Noise } from '@tenfold/contracts'

/** Starts a noise record; call the result when the work is done. */
export function watchNoise(): () => Noise {
  const start = performance.now()
  const before = process.resourceUsage()
  const stalled = stalledMicroseconds()
  return () => {
    const after = process.resourceUsage()
    const stalledNow = stalledMicroseconds()
    const wallMicroseconds = (performance.now() - start) * 1000
    return {
      cpuPressurePercent:
        stalled === null || stalledNow === null ? null : ((stalledNow - stalled) / wallMicroseconds) * 100,
      involuntarySwitches: after.involuntaryContextSwitches - before.involuntaryContextSwitches,
      majorFaults: after.majorPageFault - before.majorPageFault,
    }
  }
}

/** Linux pressure stall information: microseconds in which some task waited for a core. */
function stalledMicroseconds(): number | null {
  try {
    const total = /^some .*total=(\d+)/m.exec(readFileSync('/proc/pressure/cpu', 'utf8'))?.[1]
    return total ? Number(total) : null
  } catch {
    return null
  }
}
