import { readFileSync } from 'node:fs'
import { nativeHeap } from './native-heap.ts'

/**
 * Memory of this process. `privateBytes` is anonymous memory, which cannot be shared or dropped; `nativeLiveBytes` is what malloc
 * has given out, array buffers included. Null where the system hides it.
 */
export interface ProcessMemory {
  rssBytes: number
  privateBytes: number | null
  fileBackedBytes: number | null
  heapUsedBytes: number
  externalBytes: number
  nativeLiveBytes: number | null
}

/** The first call loads koffi (see `nativeHeap`); `privateBytes` does not. */
export function processMemory(): ProcessMemory {
  const heap = nativeHeap()
  const { rss, heapUsed, external } = process.memoryUsage()
  const status = linuxStatus()
  return {
    rssBytes: rss,
    privateBytes: status?.('RssAnon') ?? null,
    fileBackedBytes: status?.('RssFile') ?? null,
    heapUsedBytes: heapUsed,
    externalBytes: external,
    nativeLiveBytes: heap.available ? heap.liveBytes() : null,
  }
}

/** Private bytes as below, and file-backed bytes, which can be shared or dropped; null where the system hides them. About 20 µs. */
export function residentMemory(): { privateBytes: number; fileBackedBytes: number | null } {
  const status = linuxStatus()
  return {
    privateBytes: status?.('RssAnon') ?? process.memoryUsage.rss(),
    fileBackedBytes: status?.('RssFile') ?? null,
  }
}

/** Private bytes where the system tells them, resident bytes elsewhere. */
export const privateBytes = (): number => linuxStatus()?.('RssAnon') ?? process.memoryUsage.rss()

/** Samples private bytes in the background; `stop` gives the highest seen. */
export function watchPeak(intervalMs = 10): { stop(): number } {
  let peak = privateBytes()
  const look = () => {
    peak = Math.max(peak, privateBytes())
  }
  const timer = setInterval(look, intervalMs)
  timer.unref()
  return {
    stop() {
      clearInterval(timer)
      look()
      return peak
    },
  }
}

/** Highest resident memory of this process so far. */
export const peakRssBytes = (): number => process.resourceUsage().maxRSS * 1024

function linuxStatus(): ((field: string) => number | null) | null {
  if (process.platform !== 'linux') return null
  const text = readFileSync('/proc/self/status', 'utf8')
  return (field) => {
    const kib = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1]
    return kib ? Number(kib) * 1024 : null
  }
}
