import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import type { Dataset, Handoff, Target } from '@tenfold/contracts'
import { readBaselines } from '@tenfold/handoff-store'
import { machine, summarize } from '@tenfold/measure'
import type { Inspection } from '@tenfold/phase-kit'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { inspectEmbedding } from '../src/embedding.ts'
import { finishBaseline } from '../src/finish.ts'

let root: string
beforeEach(() => {
  root = mkdtempSync(path.join(os.tmpdir(), 'tenfold-baseline-'))
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const times = Array.from({ length: 100 }, (_, i) => i + 1)
const measured = {
  runId: 'run-1',
  createdAt: '2026-01-02T03:04:05.678Z',
  before: {
    'query.ms': summarize('before/query.ms', times),
    'cold.startMs': summarize('before/cold.startMs', [900, 1000, 1100]),
    'quality.ndcgAt10': summarize('before/quality.ndcgAt10', [1, 0, 0.5]),
  },
  conditions: { machine: machine(), runtime: 'node 20.0.0' },
  details: { before: { embedding: { texts: 100 } } },
} as unknown as Handoff

describe('S1-6 finishBaseline', () => {
  it('writes a baselines file that reads back: machine, operations, the figure of the regression test, quality', () => {
    finishBaseline(measured, root)
    const baselines = readBaselines(root)!
    expect(baselines).toMatchObject({
      timestamp: measured.createdAt,
      runtime_version: 'node 20.0.0',
      cpu_count: machine().cores,
      machine: machine().fingerprint,
      run_id: 'run-1',
      quality: { 'quality.ndcgAt10': 0.5 },
    })
    expect(Object.keys(baselines.operations)).toEqual(['query.ms', 'cold.startMs'])
    expect(baselines.operations['query.ms']).toEqual(measured.before['query.ms'])
  })

  it('S0-16 rag_query.p95_ms is the p95 of the query', () => {
    finishBaseline(measured, root)
    const { rag_query } = JSON.parse(readFileSync(path.join(root, 'baselines/performance_baselines.json'), 'utf8'))
    expect(rag_query).toEqual({ p95_ms: 95.05, p50_ms: 50.5, iterations: 100 })
  })

  it('S2-1 S1-2 the handoff carries baseline_metrics, flat, with everything a summary holds', () => {
    const { baseline_metrics } = finishBaseline(measured, root)
    expect(baseline_metrics).toMatchObject({
      'query.ms': { p50: 50.5, p95: 95.05, p99: 99.01, mean: 50.5, min: 1, max: 100, iterations: 100 },
      'cold.startMs': { p50: 1000, p95: null, iterations: 3 },
      quality: { 'quality.ndcgAt10': 0.5 },
      embedding: { texts: 100 },
    })
  })

  it('a system whose queries were not measured gets no baselines file', () => {
    finishBaseline({ ...measured, before: {} }, root)
    expect(readBaselines(root)).toBeUndefined()
  })
})

describe('S1-3 inspectEmbedding', () => {
  const dataset = {
    async *docs() {
      for (let i = 0; i < 30; i++)
        yield { id: `${i}`, title: '', text: `${i} lorem ipsum dolor sit amet `.repeat(120), collection: '' }
    },
  } as unknown as Dataset
  const look = (target: Partial<Target>) =>
    inspectEmbedding({
      target: target as Target,
      dataset,
      profile: { embedTexts: 32 },
      say: () => {},
    } as unknown as Inspection)

  it('embeds the same different texts in batches of 1, 10 and 50', async () => {
    const batches: string[][] = []
    const { details, samples } = await look({
      embed: async (texts) => {
        batches.push(texts)
        return new Float32Array(texts.length)
      },
    })
    expect(batches.map((batch) => batch.length)).toEqual([...new Array(100).fill(1), ...new Array(10).fill(10), 50, 50])
    const rounds = [batches.slice(0, 100), batches.slice(100, 110), batches.slice(110)].map((round) => round.flat())
    expect(new Set(rounds[0]).size).toBe(100)
    expect(rounds[1]).toEqual(rounds[0])
    expect(rounds[2]).toEqual(rounds[0])
    expect(Object.values(samples!).map((list) => list.length)).toEqual([100, 10, 2])
    expect(details.embedding).toMatchObject({ texts: 100 })
  })

  it('a target that does not embed is reported as such', async () => {
    expect((await look({})).details.embedding).toContain('not available')
  })
})
