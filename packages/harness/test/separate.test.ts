import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { defaultConfig, type Question } from '@tenfold/contracts'
import { coinsOf, judge, logRatioOf } from '@tenfold/measure'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ArmSpec, Job } from '../src/index.ts'
import { openJobRunner } from '../src/runner.ts'
import { separateFork } from '../src/separate.ts'

const here = (name: string) => fileURLToPath(new URL(name, import.meta.url))
const root = mkdtempSync(path.join(os.tmpdir(), 'tenfold-harness-'))

beforeAll(() => {
  process.env.TENFOLD_ROOT = root
})
afterAll(() => {
  delete process.env.TENFOLD_ROOT
  rmSync(root, { recursive: true, force: true })
})

const questions = Array.from(
  { length: 6 },
  (_, i): Question => ({
    id: `q${i}`,
    text: `question ${i}`,
    relevant: {},
    accept: [],
    group: `q${i}`,
    split: 'check',
  }),
)

const armOf = (options: Record<string, unknown>): ArmSpec => ({
  target: { module: here('./toy-target.mjs'), options },
  config: defaultConfig,
  index: null,
})

const jobOf = (a: Record<string, unknown>, b: Record<string, unknown>, seed = 3): Omit<Job, 'tasks'> => ({
  data: 'none',
  profile: 'quick',
  dataset: { name: 'toy', hash: 'h', docCount: 0 },
  questions,
  seed,
  arms: [armOf(a), armOf(b)],
})

const idle = new AbortController().signal
const fork = (a: Record<string, unknown>, b: Record<string, unknown>, seed?: number) =>
  separateFork(jobOf(a, b, seed), 'query', idle)

describe('separateFork', () => {
  it('runs each arm in a process of its own, in turn, in the order its seed gives', async () => {
    const log = path.join(root, 'pids')
    const { 'query.ms': times, 'query.vectorMs': stage } = await fork({ log }, { log, busy: 8 }, 3)
    const pids = readFileSync(log, 'utf8').trim().split('\n')
    expect(new Set([...pids, String(process.pid)]).size).toBe(3)
    expect(times).toMatchObject({ seed: 3, voids: [] })
    const coin = coinsOf(3)
    for (const { a, b, first } of times!.pairs) {
      expect([a.length, b.length]).toEqual([first!.length, first!.length])
      expect(first).toBe(a.map(() => (coin() ? 'a' : 'b')).join(''))
    }
    expect(stage!.pairs).toHaveLength(times!.pairs.length)
    expect(Math.exp(logRatioOf(times!, 'min')), 'eight times the work').toBeGreaterThan(2)
    expect(judge([times!], { aggregate: 'min', alpha: 0.05, delta: 0.05 }).verdict).toBe('undecided')
  })

  it('the slower arm is the slower one whichever side it stands on', async () => {
    const { 'query.ms': times } = await fork({ busy: 8 }, {}, 4)
    expect(Math.exp(logRatioOf(times!, 'min'))).toBeLessThan(0.5)
  })

  it('a target that prints more than a pipe holds is not held up by it', async () => {
    const { 'query.ms': times } = await fork({ noisy: 1_000_000 }, {})
    expect(times!.pairs.length).toBeGreaterThan(0)
  })

  it.each([
    ['does not open', { fault: 'open' }, 'planted failure at open'],
    ['throws from the first question', { fault: 'throw' }, 'planted failure'],
    ['exits at the first question', { fault: 'exit' }, 'the process ended with 7'],
    ['is killed at the first question', { fault: 'killed' }, 'the process ended with SIGKILL'],
    ['throws while it is measured', { fault: 'throw', after: 30 }, '4 pairs failed: planted failure'],
    ['exits while it is measured', { fault: 'exit', after: 30 }, '4 pairs failed: the process ended with 7'],
    [
      'is killed while it is measured',
      { fault: 'killed', after: 30 },
      '4 pairs failed: the process ended with SIGKILL',
    ],
  ])('an arm that %s is TARGET_FAILED, at once and with the reason', async (_, fault, message) => {
    const failed = { code: 'TARGET_FAILED', message: expect.stringContaining(message) }
    await expect(fork({}, fault, 3)).rejects.toMatchObject(failed)
    await expect(fork(fault, {}, 4)).rejects.toMatchObject(failed)
  })

  it('stopped on request is INTERRUPTED, before it began and while it runs: nobody tries again', async () => {
    const stopped = { code: 'INTERRUPTED' }
    await expect(separateFork(jobOf({}, {}), 'query', AbortSignal.abort())).rejects.toMatchObject(stopped)
    const abort = new AbortController()
    const running = separateFork(jobOf({ busy: 500 }, { busy: 500 }), 'query', abort.signal)
    setTimeout(() => abort.abort(), 300)
    await expect(running).rejects.toMatchObject(stopped)
  })
})

describe('both arms in one process', () => {
  const runner = (signal = idle) =>
    openJobRunner({ journalFile: path.join(root, 'journal.ndjson'), keepJournal: false, signal, say: () => {} })
  const pairs = [{ kind: 'pairs', workload: 'query' } as const]

  it('measures both, tells its seed and who went first', async () => {
    const { results, workMs } = await runner().run({ ...jobOf({}, { busy: 8 }), tasks: pairs }, 'toy')
    const [result] = results
    if (result?.kind !== 'pairs') throw new Error(`got ${result?.kind}`)
    const times = result.forks['query.ms']!
    expect(times).toMatchObject({ seed: 3, voids: [] })
    expect(Math.exp(logRatioOf(times, 'min'))).toBeGreaterThan(2)
    expect(workMs).toBeGreaterThan(0)
  })

  it.each([
    ['throws', { fault: 'throw', after: 3 }, 'planted failure'],
    ['exits', { fault: 'exit', after: 3 }, 'ended with 7'],
    ['is killed', { fault: 'killed', after: 3 }, 'was killed by SIGKILL (out of memory?)'],
  ])('a target that %s is TARGET_FAILED with the reason', async (_, fault, message) => {
    await expect(runner().run({ ...jobOf({}, fault), tasks: pairs }, 'toy')).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining(message),
    })
  })
})
