import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, defaultConfig, type Target } from '@tenfold/contracts'
import { mallocControls, privateBytes, returnThresholdBytes } from '@tenfold/measure'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openKeeper } from '../src/keeper.ts'
import { keysOf, type Parts } from '../src/parts.ts'
import { slot } from '../src/slot.ts'
import { folder, pages, ragOver, stream } from './fixture.ts'

const question = { text: 'Why is streaming not working when my app is deployed?', bypassCache: true }
const isOpen = async (target: Target) => ({
  encoder: 'speed.precision' in (await target.readBack!()),
  generator: 'memory.contextTokens' in (await target.readBack!()),
})
const mbNow = () => Math.ceil(privateBytes() / 1e6)
const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 50))
}

describe('S2-4, S2-8 memory.ceilingMb', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'tenfold-keeper-'))
  let rag: Target
  beforeAll(async () => {
    rag = await ragOver(await pages(3), workspace)
    await rag.query({ ...question, answerTokens: 1 })
  })
  afterAll(async () => {
    await rag?.close()
    rmSync(workspace, { recursive: true, force: true })
  })

  it('under a ceiling that is too near, idle parts go; a wider one has them back at the next use, with the same answer', async () => {
    const before = await rag.query({ ...question, answerTokens: 4 })
    expect(await isOpen(rag)).toEqual({ encoder: true, generator: true })
    // far below what is in use: giving freed memory back is not enough
    const near = await rag.apply!({ 'memory.ceilingMb': Math.ceil(mbNow() / 2) })
    await until(async () => Object.values(await isOpen(rag)).includes(false))
    await near.undo()
    const { ids, answer } = await rag.query({ ...question, answerTokens: 4 })
    expect([ids, answer]).toEqual([before.ids, before.answer])
    expect(await isOpen(rag)).toEqual({ encoder: true, generator: true })
  })

  it('S2-44 what cannot be loaded below the ceiling is an error with a way out, and the system goes on when there is room', async () => {
    const { undo } = await rag.apply!({ 'memory.ceilingMb': 10 })
    await until(async () => !(await isOpen(rag)).encoder)
    await expect(rag.query(question)).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('memory.ceilingMb'),
    })
    await undo()
    expect((await rag.query(question)).ids.length).toBeGreaterThan(0)
  })

  it('a system that does not open under its ceiling leaves nothing open', async () => {
    const other = folder()
    await expect(ragOver([], other, { 'memory.ceilingMb': 1 })).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    await (await ragOver([], other)).close()
  })
})

it('near the ceiling caches are emptied and batches halved, until there is none', async () => {
  let cleared = 0
  const closed = slot(async (): Promise<never> => {
    throw new Error('is not asked for')
  })
  const caches = { clear: () => cleared++ } as unknown as Parts['caches']
  const parts = { encoder: closed, generator: closed, caches, openedBytes: {} } as unknown as Parts
  const keeper = openKeeper(() => parts)
  const near: Config = { ...defaultConfig, 'memory.ceilingMb': Math.ceil(mbNow() / 2) }
  expect(keeper.batchTexts(near)).toBe(32)
  await keeper.become(near)
  await until(async () => keeper.batchTexts(near) < 32)
  expect([keeper.batchTexts(near), keeper.batchTexts({ ...near, 'memory.batchCeiling': 1 }), cleared > 0]).toEqual([
    16,
    1,
    true,
  ])
  await keeper.become(defaultConfig)
  expect(keeper.batchTexts(defaultConfig)).toBe(32)
  keeper.close()
})

it('the ceiling rebuilds no part', () => {
  const keys: readonly string[] = Object.values(keysOf).flat()
  expect(keys).not.toContain('memory.ceilingMb')
  expect(keys).not.toContain('memory.mallocTrim')
})

describe.runIf(mallocControls().available)('memory.mallocTrim', () => {
  it('S2-8 sets the thresholds of glibc when the system opens, and ingesting and unloading go on as before', async () => {
    const malloc = mallocControls()
    if (!malloc.available) return
    malloc.maps(16 * 2 ** 20)
    expect(malloc.maps(16 * returnThresholdBytes)).toBe(false)
    const target = await ragOver(await pages(2), folder(), {
      'memory.mallocTrim': true,
      'memory.releaseAfterIngest': true,
    })
    expect(malloc.maps(16 * returnThresholdBytes)).toBe(true)
    expect(await isOpen(target)).toEqual({ encoder: false, generator: false })
    expect((await target.query(question)).ids.length).toBe(2)
    await target.ingest!(stream(await pages(3)))
    await target.close()
  })
})
