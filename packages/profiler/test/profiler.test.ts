import type { Profiler } from 'node:inspector'
import type { Target } from '@tenfold/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { analysis } from '../src/analysis.ts'
import {
  heapByFunction,
  measureStages,
  rankBottlenecks,
  recordCpu,
  recordHeap,
  shares,
  topFunctions,
} from '../src/index.ts'

const frame = (functionName: string, url = 'file:///a/b/pkg/src/file.js') => ({
  functionName,
  scriptId: '1',
  url,
  lineNumber: 9,
  columnNumber: 0,
})

describe('S1-14 topFunctions', () => {
  // root → main → walk → walk (recursion) → leaf, and main → leaf
  const profile: Profiler.Profile = {
    nodes: [
      { id: 1, callFrame: frame('(root)', ''), children: [2] },
      { id: 2, callFrame: frame('main'), children: [3, 6] },
      { id: 3, callFrame: frame('walk'), children: [4] },
      { id: 4, callFrame: frame('walk'), children: [5] },
      { id: 5, callFrame: frame('leaf', '') },
      { id: 6, callFrame: frame('leaf', '') },
    ],
    startTime: 0,
    endTime: 10_000,
    samples: [5, 5, 4, 3, 6, 2],
    timeDeltas: [1000, 2000, 3000, 500, 250, 125],
  }

  it('self and cumulative milliseconds; a recursive function counts once per sample', () => {
    expect(topFunctions(profile, 10)).toEqual([
      { function: 'main', place: 'pkg/src/file.js:10', selfMs: 0.125, totalMs: 6.875 },
      { function: 'walk', place: 'pkg/src/file.js:10', selfMs: 3.5, totalMs: 6.5 },
      { function: 'leaf', place: 'native', selfMs: 3.25, totalMs: 3.25 },
    ])
  })

  it('takes no more than asked for, and an empty profile is empty', () => {
    expect(topFunctions(profile, 1).map((row) => row.function)).toEqual(['main'])
    expect(topFunctions({ nodes: [], startTime: 0, endTime: 0 }, 5)).toEqual([])
  })
})

describe('S1-12 S1-13 recorders', () => {
  function spinForProfile(): number {
    const end = performance.now() + 60
    let sum = 0
    while (performance.now() < end) sum += Math.sqrt(sum + 1)
    return sum
  }

  it('a CPU profile holds samples of the work', async () => {
    const profile = await recordCpu(async () => spinForProfile())
    const row = topFunctions(profile, 50).find((each) => each.function === 'spinForProfile')
    expect(profile.samples!.length).toBeGreaterThan(5)
    expect(row!.totalMs).toBeGreaterThan(10)
    expect(row!.place).toContain('profiler.test.ts')
  })

  it('a heap profile names who allocated what is still held', async () => {
    const held: string[][] = []
    function allocateForProfile() {
      for (let i = 0; i < 200; i++) held.push(Array.from({ length: 2000 }, (_, j) => `${i}-${j}`))
    }
    const owners = heapByFunction(await recordHeap(async () => allocateForProfile()), 10)
    expect(held).toHaveLength(200)
    expect(owners.some(({ place }) => place.includes('profiler.test.ts'))).toBe(true)
    expect(owners.map(({ bytes }) => bytes)).toEqual(owners.map(({ bytes }) => bytes).sort((a, b) => b - a))
  })

  it('work that fails fails the recording, and the next one works', async () => {
    await expect(recordCpu(() => Promise.reject(new Error('broke')))).rejects.toThrow('broke')
    expect((await recordCpu(async () => spinForProfile())).nodes.length).toBeGreaterThan(1)
  })
})

describe('S1-16 stages', () => {
  it('are means over the same requests; what no stage claims is other', async () => {
    const target = {
      async query(_: unknown, on: (event: object) => void) {
        on({ type: 'stage', stage: 'embed', ms: 2 })
        on({ type: 'stage', stage: 'vector', ms: 1 })
        on({ type: 'stage', stage: 'vector', ms: 3 })
        on({ type: 'token', text: 'x' })
      },
    } as unknown as Target
    const question = { id: '1', text: 'q', relevant: {}, accept: [], group: '1', split: 'tune' as const }
    const times = await measureStages(target, [question, question])
    expect(times).toMatchObject({ requests: 2, stageMs: { embed: 2, vector: 4 } })
    expect(await measureStages(target, [])).toEqual({ requests: 0, totalMs: 0, stageMs: {} })
  })

  it('shares sum to 1 as long as the stages fit into the whole', () => {
    const ms = fc.double({ min: 0, max: 100, noNaN: true })
    fc.assert(
      fc.property(
        fc.dictionary(fc.constantFrom('embed', 'vector', 'lexical'), ms),
        fc.double({ min: 0.1, max: 50, noNaN: true }),
        (stageMs, rest) => {
          const totalMs = Object.values(stageMs).reduce((sum, each) => sum + each, rest)
          const rows = shares({ requests: 1, totalMs, stageMs })
          expect(Object.values(rows).reduce((sum, row) => sum + row.share, 0)).toBeCloseTo(1, 9)
          expect(rows.other!.ms).toBeCloseTo(rest, 9)
        },
      ),
    )
    expect(shares({ requests: 0, totalMs: 0, stageMs: {} })).toEqual({ other: { ms: 0, share: 0 } })
  })
})

describe('S1-19 S1-21 rankBottlenecks', () => {
  const question = { requests: 9, totalMs: 10, stageMs: { embed: 6, lexical: 3 } }
  const answer = { requests: 2, totalMs: 1000, stageMs: { prefill: 600, decode: 380, vector: 1 } }

  it('answers first, then questions, each by share; nothing of an answer below 5 %', () => {
    const rows = rankBottlenecks(answer, question)
    expect(rows.map(({ of, stage }) => `${of} ${stage}`)).toEqual([
      'answer prefill',
      'answer decode',
      'question embed',
      'question lexical',
      'question other',
    ])
    expect(rows[0]).toMatchObject({ ms: 600, share: 0.6, largestGainPercent: 60 })
    expect(rows[0]!.knobs).toContain('speed.prefixReuse')
    expect(rankBottlenecks(answer, question, { count: 2 })).toHaveLength(2)
  })

  it('a target that makes no answers is ranked by its questions; an unknown stage is still named', () => {
    const none = { requests: 0, totalMs: 0, stageMs: {} }
    expect(rankBottlenecks(none, question).map(({ of }) => of)).toEqual(['question', 'question', 'question'])
    expect(rankBottlenecks(none, { requests: 1, totalMs: 5, stageMs: { rewrite: 4 } })[0]).toMatchObject({
      stage: 'rewrite',
      cause: 'a stage of the target',
      knobs: [],
    })
  })

  it('S1-20 the report holds bottlenecks, stages, functions and memory', () => {
    const functions = [{ function: 'main', place: 'a.js:1', selfMs: 1, totalMs: 2 }]
    const text = analysis({
      ask: question,
      answer,
      functions,
      heap: [],
      owners: { weights: 3 * 2 ** 20 },
      bottlenecks: rankBottlenecks(answer, question),
    })
    expect(text).toContain('| 1 | prefill | answer | 600.00 | −60 % |')
    expect(text).toContain('| embed | 6.00 | 60.0 % |')
    expect(text).toContain('| weights | 3.00 |')
    expect(text).toContain('| `main` | a.js:1 | 2.0 | 1.0 |')
  })
})
