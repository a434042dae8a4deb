import { mkdtemp, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { packBatch } from '../src/batches.ts'
import { openLanes } from '../src/lanes.ts'
import type { Runner } from '../src/runner.ts'
import { openWorkerRunner } from '../src/worker-runner.ts'

const nothing = async () => new Float32Array(0)
const idle: Runner = { tokenize: async () => [], run: nothing, embed: nothing, close: async () => {} }

describe('lanes', () => {
  it('serves a query before waiting ingest work', async () => {
    const lanes = openLanes([idle])
    const order: string[] = []
    const job = (name: string) => async () => void order.push(name)
    const all = [lanes.submit('ingest', job('i1')), lanes.submit('ingest', job('i2')), lanes.submit('query', job('q'))]
    await Promise.all(all)
    expect(order).toEqual(['i1', 'q', 'i2'])
  })

  it('runs as many jobs at once as there are runners, and goes on after a failure', async () => {
    const lanes = openLanes([idle, idle])
    let now = 0
    let most = 0
    const work = async (_: Runner) => {
      most = Math.max(most, ++now)
      await new Promise((resolve) => setTimeout(resolve, 5))
      now--
      throw new Error('no')
    }
    const results = await Promise.allSettled(Array.from({ length: 6 }, () => lanes.submit('ingest', work)))
    expect(results.every(({ status }) => status === 'rejected')).toBe(true)
    expect(most).toBe(2)
  })

  it('keeps the runners for queries free of ingest work, and lends the others to queries', async () => {
    const [ingest, query] = [{ ...idle }, { ...idle }]
    const lanes = openLanes([ingest], [query])
    const seen: string[] = []
    const job = (name: string) => async (runner: Runner) => {
      seen.push(`${name} ${runner === query ? 'query' : 'ingest'} runner`)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await Promise.all([
      lanes.submit('ingest', job('i1')),
      lanes.submit('ingest', job('i2')),
      lanes.submit('query', job('q1')),
      lanes.submit('query', job('q2')),
    ])
    expect(seen.slice(0, 2)).toEqual(['i1 ingest runner', 'q1 query runner'])
    expect(seen.filter((line) => line.startsWith('i'))).toEqual(['i1 ingest runner', 'i2 ingest runner'])
    expect(seen).toHaveLength(4)
  })

  it('close refuses what waits and lets running work end', async () => {
    const lanes = openLanes([idle])
    const running = lanes.submit('ingest', async () => 'done')
    const waiting = lanes.submit('ingest', async () => 'never').catch((error: Error) => error.message)
    await lanes.close()
    expect(await running).toBe('done')
    expect(await waiting).toContain('closed')
  })
})

const anyOptions = {
  graph: '',
  tokenizer: { path: '' },
  maxTokens: 256,
  pooling: 'mean',
  threads: 0,
  arena: true,
  spin: false,
  device: 'cpu',
} as const

describe('a worker that dies', () => {
  const batch = (rows: number) => packBatch(Array.from({ length: rows }, () => Int32Array.of(101, 102)))
  const runnerDying = async (deaths: number) => {
    const counter = join(await mkdtemp(join(tmpdir(), 'tenfold-worker-')), 'requests')
    const options = { ...anyOptions, tokenizer: { path: counter }, threads: deaths }
    const runner = await openWorkerRunner(options, new URL('dying-worker.mjs', import.meta.url))
    return { runner, requests: async () => (await readFile(counter, 'utf8')).length }
  }

  it('once is replaced, and the call made again', async () => {
    const { runner, requests } = await runnerDying(1)
    expect(await runner.run(batch(1))).toHaveLength(384)
    expect(await requests()).toBe(2)
    await runner.close()
  })

  it('twice is an error that says so, and the next call starts afresh', async () => {
    const { runner, requests } = await runnerDying(2)
    await expect(runner.run(batch(1))).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    expect(await requests()).toBe(2)
    expect(await runner.run(batch(1))).toHaveLength(384)
    await runner.close()
  })

  it('is not what a failed batch is: that is told at once', async () => {
    const { runner, requests } = await runnerDying(0)
    await expect(runner.run(batch(2))).rejects.toThrow('bad batch')
    expect(await requests()).toBe(1)
    await runner.close()
  })

  it('missing: the error names the build', async () => {
    const missing = openWorkerRunner(anyOptions, new URL('nowhere.js', import.meta.url))
    await expect(missing).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('pnpm build'),
    })
  })
})
