import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { defaultConfig, type Handoff, type PhaseId, phaseFiles, type Summary } from '@tenfold/contracts'
import { afterEach } from 'vitest'

const folders: string[] = []

/** An empty folder that goes away after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(path.join(os.tmpdir(), 'tenfold-store-'))
  folders.push(folder)
  return folder
}

afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const summary: Summary = {
  samples: 'before/query.ms',
  n: 3,
  mean: 2,
  stdev: 1,
  min: 1,
  max: 3,
  p50: 2,
  p95: null,
  p99: null,
}

/** A handoff the schema takes; its figures are of no system. */
export function handoffOf(phase: PhaseId, runId = 'run-1'): Handoff {
  return {
    schema: 'tenfold.handoff/1',
    phase,
    runId,
    createdAt: '2026-01-02T03:04:05.678Z',
    upstream: [],
    target: { module: './toy.mjs', name: 'toy', level: 2 },
    config: defaultConfig,
    changes: { 'rag.k': { from: 5, to: 6 } },
    outcome: 'improved',
    reason: 'query.ms ×0.800',
    before: { 'query.ms': summary },
    after: { 'query.ms': { ...summary, mean: 1.5 } },
    verdicts: [
      {
        role: 'candidate',
        metric: 'query.ms',
        change: { 'rag.k': 6 },
        verdict: 'faster',
        ratio: 0.8,
        interval: [0.7, 0.9],
        forks: 7,
        beforeP50: 2,
        afterP50: 1.5,
        protocol: { aggregate: 'min', isolation: 'one-process', alpha: 0.05, delta: 0.02, maxForks: 12 },
        split: 'check',
        samples: 'candidate/query.ms',
      },
    ],
    guards: [],
    trials: { file: `${phaseFiles[phase]}_trials.ndjson`, sha256: '0'.repeat(64), lines: 0 },
    samples: { file: `${phaseFiles[phase]}_samples.ndjson`, sha256: '0'.repeat(64), lines: 0 },
    conditions: {
      machine: { platform: 'linux', arch: 'x64', cpu: 'some', cores: 2, memoryBytes: 1, fingerprint: 'f' },
      runtime: 'node 20.0.0',
      loadAverage: 0.5,
      profile: 'quick',
      models: {},
      data: { name: 'toy', hash: 'h', docs: 1, tune: 1, check: 1 },
      commit: null,
    },
    warnings: ['a note'],
    ledger: { wallMs: 3, workMs: 2, loadMs: 0.5, kitMs: 0.5, peakRssBytes: 1 },
    details: { before: { list: [1, 'two', { 'odd key.': true }], empty: {} } },
  }
}
