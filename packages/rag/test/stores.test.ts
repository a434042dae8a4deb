import { defaultConfig, knobs, storeNames } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { knobsWith, providerOf, storeKeys } from '../src/stores.ts'

describe('stores', () => {
  it.each(storeNames)('%s is loaded by its name, obeys knobs of the store, or is said to be missing', async (name) => {
    const loaded = await providerOf({ ...defaultConfig, 'rag.store': name }).catch((error: unknown) => error)
    if (loaded instanceof Error) {
      expect(loaded).toMatchObject({ code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining('sqlite') })
      return
    }
    expect(loaded).toMatchObject({ name })
    const { keys } = loaded as Awaited<ReturnType<typeof providerOf>>
    for (const key of keys) expect(key in knobs && key.startsWith('db.')).toBe(true)
  })

  it('a system tells the knobs of its own store, and of everything else', async () => {
    const provider = await providerOf(defaultConfig)
    const told = Object.keys(knobsWith(provider, false))
    expect(told).toEqual(expect.arrayContaining(['db.vectors', 'db.mmapMib', 'rag.store', 'cache.queryEntries']))
    expect(told.filter((key) => key.startsWith('db.pg') || key.startsWith('rag.rerank'))).toEqual([])
    expect(Object.keys(knobsWith(provider, true))).toContain('rag.rerankDepth')
    expect(storeKeys(provider)).toEqual(expect.arrayContaining(['rag.store', 'rag.chunkTokens', 'db.vectors']))
  })
})
