import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { openHugePages } from '../src/probes/huge-pages.ts'
import { loadKoffi } from '../src/probes/native-heap.ts'

/** On by itself or when asked for. */
const canHave = () => {
  try {
    return !readFileSync('/sys/kernel/mm/transparent_hugepage/enabled', 'utf8').includes('[never]')
  } catch {
    return false
  }
}
const hugeKib = () => Number(/AnonHugePages:\s+(\d+)/.exec(readFileSync('/proc/self/smaps_rollup', 'utf8'))?.[1])

// typed here: Node's types leave WebAssembly out
const { Memory } = (
  globalThis as unknown as { WebAssembly: { Memory: new (pages: { initial: number }) => { buffer: ArrayBuffer } } }
).WebAssembly

describe('huge pages', () => {
  it.runIf(canHave())('are what memory of our own is held in once it is asked for', () => {
    const bytes = new Uint8Array(new Memory({ initial: 1024 }).buffer)
    const before = hugeKib()
    expect(openHugePages(loadKoffi)(bytes)).toBe(true)
    bytes.fill(1)
    expect(hugeKib() - before).toBeGreaterThan(32 * 1024)
  })

  it('are refused, not thrown about, for memory that does not begin with a page and without koffi', () => {
    const advise = openHugePages(loadKoffi)
    expect(advise(new Uint8Array(new Memory({ initial: 2 }).buffer).subarray(1))).toBe(false)
    const without = openHugePages(() => {
      throw new Error('not installed')
    })
    expect(without(new Uint8Array(1))).toBe(false)
  })
})
