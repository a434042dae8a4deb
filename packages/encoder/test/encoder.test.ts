import { readdirSync, readFileSync } from 'node:fs'
import { getPriority } from 'node:os'
import { PipelineError } from '@tenfold/contracts'
import { afterEach, describe, expect, it } from 'vitest'
import { type Encoder, type EncoderOptions, openEncoder } from '../src/index.ts'
import { dot, paragraphs, plain, row } from './fixture.ts'

const opened: Encoder[] = []
const open = async (options: Partial<EncoderOptions> = {}) => {
  const encoder = await openEncoder({ ...plain, ...options })
  opened.push(encoder)
  return encoder
}
afterEach(async () => {
  for (const encoder of opened.splice(0)) await encoder.close()
})

describe('embed', () => {
  it('ranks a paraphrase above another subject, and gives rows of length 1', async () => {
    const encoder = await open()
    const texts = ['A cat sleeps on the sofa.', 'A kitten naps on the couch.', 'Interest rates rose again this spring.']
    const slab = await encoder.embed(texts)
    expect(slab).toHaveLength(texts.length * encoder.dims)
    const [cat, kitten, rates] = [row(slab, 0), row(slab, 1), row(slab, 2)]
    expect(dot(cat, kitten)).toBeGreaterThan(0.5)
    expect(dot(cat, rates)).toBeLessThan(0.2)
    for (const vector of [cat, kitten, rates]) expect(dot(vector, vector)).toBeCloseTo(1, 5)
  })

  it('S2-13 returns rows in the order of the texts, whatever the batches', async () => {
    const texts = paragraphs(20)
    const arrival = await (await open()).embed(texts)
    const sorted = await (await open({ batch: { maxTexts: 32, tokenBudget: 300 } })).embed(texts)
    for (const i of texts.keys()) expect(dot(row(arrival, i), row(sorted, i))).toBeGreaterThan(0.9999)
  })

  it('the graph without a mask gives the vectors of the fused one, also for questions of any length asked at once', async () => {
    const texts = [...paragraphs(12), 'short', 'a short one', 'another one', '']
    const [fused, unmasked] = [await open(), await open({ graph: 'unmasked' })]
    expect(unmasked.info().graph).toBe('unmasked')
    const [before, after] = [await fused.embed(texts), await unmasked.embed(texts)]
    for (const [i, value] of after.entries()) expect(value).toBeCloseTo(before[i]!, 5)
    const asked = await Promise.all(texts.map((text) => unmasked.embed([text], { lane: 'query' })))
    for (const [i, vector] of asked.entries()) expect(dot(vector, row(before, i))).toBeGreaterThan(0.99999)
  })

  it('bears empty, enormous and broken texts', async () => {
    const encoder = await open()
    const slab = await encoder.embed(['', 'x'.repeat(50_000_000), 'half a pair \ud800 here', '\0\u200b', '[PAD] [PAD]'])
    expect(slab.every(Number.isFinite)).toBe(true)
    expect(await encoder.embed([])).toHaveLength(0)
    expect(encoder.tokenLengths(['', 'word '.repeat(1000)])).toEqual([2, 256])
    expect(encoder.countTokens('word '.repeat(10_000))).toBe(10_000)
    expect(encoder.countTokens('hello world')).toBe(2)
  })

  it('stops between batches on abort, with its reason, and works on', async () => {
    const encoder = await open({ batch: { maxTexts: 1, tokenBudget: 0 } })
    const stop = new AbortController()
    const run = encoder.embed(paragraphs(30), { signal: stop.signal })
    stop.abort(new Error('enough'))
    await expect(run).rejects.toThrow('enough')
    expect(await encoder.embed(['still here'])).toHaveLength(384)
  })

  it('refuses work after close', async () => {
    const encoder = await open()
    opened.pop()
    await encoder.close()
    await expect(encoder.embed(['late'])).rejects.toBeInstanceOf(PipelineError)
  })
})

describe('workers', () => {
  it('S3-44 two workers give the vectors of the main thread', async () => {
    const texts = paragraphs(12)
    const [here, there] = [await open(), await open({ workers: 2, threads: 1 })]
    const [expected, actual] = [await here.embed(texts), await there.embed(texts)]
    for (const i of texts.keys()) expect(dot(row(expected, i), row(actual, i))).toBeGreaterThan(0.99999)
    expect(there.info()).toMatchObject({ workers: 2, threads: 1, device: 'cpu' })
  })
})

describe.runIf(process.platform === 'linux')('a worker for questions', () => {
  const niceThreads = () =>
    readdirSync('/proc/self/task').filter((task) => {
      const stat = readFileSync(`/proc/self/task/${task}/stat`, 'utf8')
      return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[16]) === Math.min(getPriority() + 10, 19)
    }).length

  it('S3-45 stands beside ingest workers that step back for it, and gives the same vectors', async () => {
    const before = niceThreads()
    const encoder = await open({ workers: 1, threads: 1, queryWorker: true })
    expect(niceThreads()).toBe(before + 1)
    const texts = paragraphs(4)
    const slab = await encoder.embed(texts)
    const asked = await Promise.all(texts.map((text) => encoder.embed([text], { lane: 'query' })))
    for (const [i, vector] of asked.entries()) expect(dot(vector, row(slab, i))).toBeGreaterThan(0.9999)
  })
})

describe('info', () => {
  it('S2-18 falls back to the CPU and says why, never echoing the wanted device', async () => {
    const absent = process.platform === 'darwin' ? 'cuda' : 'coreml'
    const encoder = await open({ device: absent })
    expect(encoder.info()).toMatchObject({ device: 'cpu', graph: 'fused' })
    expect(encoder.info().refusal).toContain(absent)
    expect(await encoder.embed(['works'])).toHaveLength(384)
  })
})
