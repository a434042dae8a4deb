import { execFileSync } from 'node:child_process'
import { monitorEventLoopDelay, PerformanceObserver } from 'node:perf_hooks'
import type { Noise } from '@tenfold/contracts'
import { kernelFile } from './kernel-file.ts'

/** Starts a noise record of this process and machine; call the result when the work is done. */
export function watchNoise(): () => Noise {
  const start = performance.now()
  const before = process.resourceUsage()
  const stalled = stalledMicroseconds()
  const ticks = cpuTicks()
  const gc = watchCollections()
  const delay = monitorEventLoopDelay({ resolution: 10 })
  delay.enable()
  return () => {
    const after = process.resourceUsage()
    const stalledNow = stalledMicroseconds()
    const ticksNow = cpuTicks()
    const wallMicroseconds = (performance.now() - start) * 1000
    delay.disable()
    const cpu = after.userCPUTime + after.systemCPUTime - before.userCPUTime - before.systemCPUTime
    const passed = ticks && ticksNow ? ticksNow.total - ticks.total : 0
    return {
      cpuPressurePercent:
        stalled === null || stalledNow === null ? null : ((stalledNow - stalled) / wallMicroseconds) * 100,
      involuntarySwitches: after.involuntaryContextSwitches - before.involuntaryContextSwitches,
      majorFaults: after.majorPageFault - before.majorPageFault,
      stealPercent: ticks && ticksNow && passed > 0 ? ((ticksNow.steal - ticks.steal) / passed) * 100 : null,
      cpuShare: cpu / wallMicroseconds,
      gcMs: gc.stop(),
      // nothing was sampled when the loop never came free
      eventLoopDelayP99Ms: delay.count > 0 ? delay.percentile(99) / 1e6 : null,
      thermalSpeedLimitPercent: process.platform === 'darwin' ? thermalSpeedLimit() : null,
    }
  }
}

function watchCollections(): { stop(): number } {
  let ms = 0
  const add = (entries: readonly { duration: number }[]) => {
    for (const { duration } of entries) ms += duration
  }
  const observer = new PerformanceObserver((list) => add(list.getEntries()))
  observer.observe({ entryTypes: ['gc'] })
  return {
    stop() {
      add(observer.takeRecords())
      observer.disconnect()
      return ms
    },
  }
}

/** Linux pressure stall information: microseconds in which some task waited for a core. */
function stalledMicroseconds(): number | null {
  const total = /^some .*total=(\d+)/m.exec(kernelFile('/proc/pressure/cpu'))?.[1]
  return total ? Number(total) : null
}

/** Ticks of all cores since boot; `steal` is the eighth column of /proc/stat (proc_stat(5)). */
function cpuTicks(): { total: number; steal: number } | null {
  const columns = /^cpu +(.+)$/m.exec(kernelFile('/proc/stat'))?.[1]?.split(' ').map(Number)
  if (!columns || columns.length < 8) return null
  return { total: columns.slice(0, 8).reduce((sum, value) => sum + value, 0), steal: columns[7]! }
}

/** macOS lowers the clock when it is hot; `pmset -g therm` tells by how much. Not tried on a Mac. */
function thermalSpeedLimit(): number | null {
  try {
    const limit = /CPU_Speed_Limit\s*=\s*(\d+)/.exec(
      execFileSync('pmset', ['-g', 'therm'], { stdio: ['ignore', 'pipe', 'ignore'] }).toString(),
    )?.[1]
    return limit ? Number(limit) : 100
  } catch {
    return null
  }
}
