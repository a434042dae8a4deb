import os from 'node:os'
import { describe, expect, it } from 'vitest'
import {
  availableMemoryBytes,
  cpuFlags,
  machine,
  peakRssBytes,
  privateBytes,
  processMemory,
  watchNoise,
  watchPeak,
} from '../src/index.ts'

const mib = 2 ** 20

describe('machine', () => {
  it('says what figures were measured on, the same every time', () => {
    const facts = machine()
    expect(facts).toEqual(machine())
    expect(facts.fingerprint).toMatch(/^[0-9a-f]{16}$/)
    expect(facts.cores).toBe(os.availableParallelism())
    expect(facts.memoryBytes).toBe(os.totalmem())
    expect(facts.cpu.length).toBeGreaterThan(0)
    expect(cpuFlags()).toEqual([...cpuFlags()].sort())
  })

  it('S2-12 available memory is positive and no more than there is', () => {
    expect(availableMemoryBytes()).toBeGreaterThan(0)
    expect(availableMemoryBytes()).toBeLessThanOrEqual(os.totalmem())
  })
})

describe('memory of this process', () => {
  it('S0-11 parts do not exceed the whole', () => {
    const { rssBytes, heapUsedBytes, privateBytes: own, fileBackedBytes } = processMemory()
    expect(rssBytes).toBeGreaterThan(20 * mib)
    expect(heapUsedBytes).toBeLessThan(rssBytes)
    expect(peakRssBytes()).toBeGreaterThan(0.9 * rssBytes)
    if (process.platform !== 'linux') return
    expect(own! + fileBackedBytes!).toBeLessThan(1.1 * rssBytes)
    expect(own!).toBeGreaterThan(10 * mib)
  })

  it('sees 64 MiB that were really touched, and the peak keeps them after they are gone', async () => {
    const before = privateBytes()
    const watch = watchPeak(1)
    const seen = await touch(64 * mib)
    expect(seen - before).toBeGreaterThan(48 * mib)
    expect(watch.stop() - before).toBeGreaterThan(48 * mib)
  })
})

/** Private bytes while `bytes` more are held. */
async function touch(bytes: number): Promise<number> {
  const block = Buffer.alloc(bytes, 1)
  await new Promise((resolve) => setTimeout(resolve, 30))
  return block[bytes - 1] === 1 ? privateBytes() : 0
}

describe('noise', () => {
  it('is a difference since the start: nothing is negative', () => {
    const { cpuPressurePercent, involuntarySwitches, majorFaults } = watchNoise()()
    expect(involuntarySwitches).toBeGreaterThanOrEqual(0)
    expect(majorFaults).toBeGreaterThanOrEqual(0)
    if (cpuPressurePercent !== null) expect(cpuPressurePercent).toBeGreaterThanOrEqual(0)
  })
})
