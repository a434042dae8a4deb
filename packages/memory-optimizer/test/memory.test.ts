import { defaultConfig } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { batchCeiling, collectGarbage, contextWindowFor, smallestWindow } from '../src/index.ts'

const gib = 2 ** 30

describe('S2-5 batchCeiling', () => {
  it.each([
    [0, 8],
    [2 * gib - 1, 8],
    [2 * gib, 16],
    [4 * gib - 1, 16],
    [4 * gib, 32],
    [64 * gib, 32],
  ])('%d bytes: %d texts', (bytes, texts) => {
    expect(batchCeiling(bytes)).toBe(texts)
  })
})

describe('S2-7 collectGarbage', () => {
  it('frees what nobody holds', async () => {
    const gone = new WeakRef({ large: new Array(1e5).fill('x') })
    await new Promise((resolve) => setTimeout(resolve))
    collectGarbage()
    expect(gone.deref()).toBeUndefined()
  })
})

describe('smallestWindow (S2-12)', () => {
  it('holds every passage and the answer, and grows with both', () => {
    expect(smallestWindow(defaultConfig)).toBe(2048)
    expect(smallestWindow({ ...defaultConfig, 'speed.contextPassages': 20 })).toBe(8192)
    expect(smallestWindow({ ...defaultConfig, 'speed.contextPassages': 1, 'rag.chunkTokens': 32 })).toBe(512)
  })
})

describe('contextWindowFor (S2-12)', () => {
  it.each([
    [0, 512],
    [40e6, 512],
    [100e6, 1024],
    [400e6, 4096],
    [23e9, 8192],
  ])('%d bytes available: %d tokens', (bytes, tokens) => {
    expect(contextWindowFor(bytes)).toBe(tokens)
  })

  it('a model with a larger state gets a smaller window', () => {
    expect(contextWindowFor(400e6, 50_000)).toBe(1024)
  })
})
