import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { defaultConfig } from '@tenfold/contracts'
import { nativeHeap } from '@tenfold/measure'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type LeakOptions, leakTest } from '../../src/index.ts'

const module = path.join(import.meta.dirname, '../leaky-target.mjs')
const questions = Array.from({ length: 30 }, (_, i) => `what is part ${i}?`)
const root = mkdtempSync(path.join(tmpdir(), 'tenfold-leak-'))
const before = process.env.TENFOLD_ROOT

beforeAll(() => {
  process.env.TENFOLD_ROOT = root
})
afterAll(() => {
  if (before === undefined) delete process.env.TENFOLD_ROOT
  else process.env.TENFOLD_ROOT = before
  rmSync(root, { recursive: true, force: true })
})

const watch = (options: Record<string, unknown>, more: Partial<LeakOptions> = {}) =>
  leakTest({ target: { module, options }, config: defaultConfig, questions, count: 50, extendTo: 50, ...more })

const left = () => {
  const folder = path.join(root, '.tenfold', 'arms')
  return existsSync(folder) ? readdirSync(folder) : []
}

describe('leakTest on processes', () => {
  it('finds a planted JavaScript leak, and its size, on the right side', async () => {
    const progress = new Set<string>()
    // Far above what the system keeps by itself while its code is still being compiled, 0.3 to 1.6 KB a question and more on a busy machine:
    // that is growth too, and rightly part of the size.
    const planted = 2 ** 16
    const result = await watch({ jsBytes: planted }, { onProgress: (step) => progress.add(step) })
    expect([result.verdict, result.js.verdict, result.queries]).toEqual(['leaking', 'leaking', 50])
    expect(Math.abs(result.js.slope / planted - 1)).toBeLessThan(0.1)
    const { low, high } = result.js
    expect([low < 1.1 * planted, high > planted], `[${low}, ${high}]`).toEqual([true, true])
    expect(result.points.map(({ at }) => at)).toEqual(Array.from({ length: 10 }, (_, i) => 5 * (i + 1)))
    expect(result.controlPoints).toHaveLength(10)
    expect([...progress]).toEqual(['target', 'control'])
    expect(left()).toEqual([])
  })

  it.runIf(nativeHeap().available)('finds a planted native leak, which V8 knows nothing of', async () => {
    const result = await watch({ nativeBytes: 8192 })
    expect(result.verdict).toBe('leaking')
    expect(result.native).toMatchObject({ verdict: 'leaking' })
    expect(result.js.slope).toBeLessThan(4000)
    if (!('notCovered' in result.native)) expect(result.native.slope).toBeGreaterThan(7500)
  })

  it('doubt goes on to more queries, unless the time is used up', async () => {
    const noise = { noiseBytes: 2 ** 21 }
    const long = await watch(noise, { count: 25, extendTo: 100 })
    expect([long.verdict, long.queries, long.points.length, long.controlPoints.length]).toEqual([
      'undecided',
      100,
      20,
      20,
    ])
    expect((await watch(noise, { count: 25, extendTo: 100, budgetMs: 1 })).queries).toBe(25)
  })

  it('a lifecycle that keeps something of each open is found', async () => {
    const { verdict, live, queries } = await watch({ openBytes: 100_000 }, { kind: 'lifecycle', count: 20 })
    expect([verdict, live?.verdict ?? 'leaking', queries]).toEqual(['leaking', 'leaking', 20])
  })
})

describe('leakTest on a broken target', () => {
  it.each([
    ['open', /planted failure of open/],
    ['query', /^11 of 11 queries failed, the last one with: planted failure of a query/],
    ['die', /\(leaky-target\.mjs\) was killed by SIGKILL after 30 queries/],
    ['exit', /ended with 9 after 30 queries/],
    ['hang', /was silent for 4 s after 30 queries/],
  ])('%s: TARGET_FAILED, and nothing is left behind', async (fail, message) => {
    // a busy machine is silent for seconds before the first query
    await expect(watch({ fail }, fail === 'hang' ? { stallMs: 4000 } : {})).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringMatching(message),
    })
    expect(left()).toEqual([])
  })

  it('a few failed queries are counted', async () => {
    const { failedQueries } = await watch({ fail: 'some' })
    expect(failedQueries).toBe(1)
  })

  it('a module that is not there, no questions, a stop', async () => {
    await expect(watch({}, { target: { module: '/no/such/target.mjs' } })).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('/no/such/target.mjs'),
    })
    await expect(watch({}, { questions: [] })).rejects.toMatchObject({ code: 'DATA_EMPTY' })
    const abort = new AbortController()
    await expect(watch({}, { signal: abort.signal, onProgress: () => abort.abort() })).rejects.toMatchObject({
      code: 'INTERRUPTED',
    })
    await expect(watch({}, { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'INTERRUPTED' })
    expect(left()).toEqual([])
  })

  it('the index is opened as a copy', async () => {
    const index = mkdtempSync(path.join(root, 'index-'))
    writeFileSync(path.join(index, 'marker'), 'original')
    await expect(watch({ fail: 'spoil-index' }, { index })).rejects.toMatchObject({
      message: expect.stringContaining('spoiled original'),
    })
    expect(readdirSync(index)).toEqual(['marker'])
  })
})
