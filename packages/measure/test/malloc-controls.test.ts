import { describe, expect, it } from 'vitest'
import { mallocControls, privateBytes, returnThresholdBytes } from '../src/index.ts'
import { openMallocControls } from '../src/probes/malloc-controls.ts'
import { type Koffi, type NativeHeap, nativeHeap } from '../src/probes/native-heap.ts'

const report = process.report.getReport() as { header?: { glibcVersionRuntime?: string } }
const glibc = process.platform === 'linux' && report.header?.glibcVersionRuntime !== undefined
const mib = 2 ** 20

function controls() {
  const found = mallocControls()
  if (!found.available) throw new Error(found.reason)
  return found
}

// one test: thresholds belong to the whole process and cannot be taken back
describe.runIf(glibc)('S2-8 malloc gives large blocks back', () => {
  it('a large block that was freed makes later ones stay, until thresholds are set', () => {
    const malloc = controls()
    // freeing a mapped block of 16 MiB raises the threshold to its size, as the first large batch of a model does
    malloc.maps(16 * mib)
    expect(malloc.maps(4 * mib)).toBe(false)

    expect(malloc.setThresholds(returnThresholdBytes)).toBe(true)
    expect(malloc.maps(4 * mib)).toBe(true)
    expect(malloc.maps(2 * returnThresholdBytes)).toBe(true)
    malloc.maps(16 * mib)
    expect(malloc.maps(4 * mib)).toBe(true)
    expect(malloc.maps(1024)).toBe(false)
  })

  it('trimming returns what small blocks have left', () => {
    const malloc = controls()
    let blocks: Buffer[] | undefined = Array.from({ length: 20_000 }, () => Buffer.allocUnsafeSlow(4096).fill(1))
    const held = privateBytes()
    expect(blocks).toHaveLength(20_000)
    blocks = undefined
    globalThis.gc?.()
    expect(typeof malloc.trim()).toBe('boolean')
    expect(privateBytes()).toBeLessThanOrEqual(held)
  })
})

describe('where malloc cannot be told anything, it says so', () => {
  it('another allocator, or koffi is not installed: the reason of the native heap', () => {
    const heap: NativeHeap = { available: false, reason: 'malloc does not answer for this process' }
    const load = (): Koffi => {
      throw new Error('is not asked for')
    }
    expect(openMallocControls(heap, load)).toEqual(heap)
  })

  it.runIf(nativeHeap().available)('a C library without mallopt', () => {
    const load = (): Koffi => ({
      load: () => ({
        func(name) {
          if (name === 'mallopt') throw new Error(`Cannot find function '${name}' in shared library\nmore`)
          return () => ({})
        },
      }),
      struct: () => ({}),
      pointer: () => ({}),
      out: () => ({}),
    })
    const heap: NativeHeap = { available: true, liveBytes: () => 0, trim: () => true }
    expect(openMallocControls(heap, load)).toMatchObject({
      available: false,
      reason: expect.stringMatching(/mallopt|only glibc/),
    })
  })
})
