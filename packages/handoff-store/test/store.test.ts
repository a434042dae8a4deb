import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Handoff, PipelineError, phaseIds, type SampleLine } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { openHandoffStore, readBaselines, sha256OfFile, writeBaselines } from '../src/index.ts'
import { handoffOf, temporaryFolder } from './fixture.ts'

function thrown(work: () => unknown): PipelineError {
  try {
    work()
  } catch (error) {
    if (error instanceof PipelineError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('handoffs', () => {
  it('S2-1 are read back as they were written, under the name of their phase', () => {
    const store = openHandoffStore(temporaryFolder())
    for (const phase of phaseIds) store.write(handoffOf(phase))
    expect(path.relative(store.root, store.fileOf('baseline'))).toBe('handoff/phase_8_complete.json')
    expect(path.basename(store.fileOf('tuner'))).toBe('phase_10_6_complete.json')
    expect(path.basename(store.fileOf('final'))).toBe('phase_10_complete.json')
    for (const phase of phaseIds) expect(store.read(phase, 'run-1')).toEqual(handoffOf(phase))
    expect(store.hashOf('db')).toBe(sha256OfFile(store.fileOf('db')))
  })

  it('missing: HANDOFF_MISSING, exit 2, names the file and what to run', () => {
    const store = openHandoffStore(temporaryFolder())
    const error = thrown(() => store.read('speed'))
    expect([error.code, error.exitCode]).toEqual(['HANDOFF_MISSING', 2])
    expect(error.message).toContain('handoff/phase_10_2_complete.json')
    expect(error.hint).toContain('--only speed')
    expect(thrown(() => store.readFinal()).hint).toContain('--only report')
    expect(store.has('speed')).toBe(false)
  })

  it.each([
    ['conditions.machine.cores', (h: Handoff) => Object.assign(h.conditions.machine, { cores: 'two' })],
    ['before.query.ms.mean', (h: Handoff) => Object.assign(h.before['query.ms']!, { mean: null })],
    ['verdicts.0.verdict', (h: Handoff) => Object.assign(h.verdicts[0]!, { verdict: 'better' })],
    ['ledger', (h: Handoff) => Object.assign(h, { ledger: undefined })],
    ['(top)', (h: Handoff) => Object.assign(h, { surprise: 1 })],
  ])('invalid at %s: HANDOFF_INVALID names the JSON path, exit 2', (where, breakIt) => {
    const store = openHandoffStore(temporaryFolder())
    store.write(handoffOf('db'))
    const json = JSON.parse(readFileSync(store.fileOf('db'), 'utf8'))
    breakIt(json)
    writeFileSync(store.fileOf('db'), JSON.stringify(json))
    const error = thrown(() => store.read('db'))
    expect([error.code, error.exitCode]).toEqual(['HANDOFF_INVALID', 2])
    expect(error.message).toContain(`phase_10_4_complete.json at ${where}:`)
    expect(error.hint).toContain('--only db')
    expect(store.has('db')).toBe(false)
  })

  it('cut short: HANDOFF_INVALID', () => {
    const store = openHandoffStore(temporaryFolder())
    store.write(handoffOf('db'))
    writeFileSync(store.fileOf('db'), readFileSync(store.fileOf('db'), 'utf8').slice(0, 300))
    expect(thrown(() => store.read('db'))).toMatchObject({ code: 'HANDOFF_INVALID' })
  })

  it('of another run: HANDOFF_STALE, exit 2, names both runs', () => {
    const store = openHandoffStore(temporaryFolder())
    store.write(handoffOf('memory', 'old-run'))
    const error = thrown(() => store.read('memory', 'new-run'))
    expect([error.code, error.exitCode]).toEqual(['HANDOFF_STALE', 2])
    expect(error.message).toMatch(/old-run.*new-run/)
    expect([store.has('memory', 'new-run'), store.has('memory', 'old-run')]).toEqual([false, true])
  })

  it('what the schema does not take is not written', () => {
    const store = openHandoffStore(temporaryFolder())
    expect(() => store.write({ ...handoffOf('db'), reason: 7 as unknown as string })).toThrow()
    expect(store.has('db')).toBe(false)
  })
})

describe('samples', () => {
  it('are named with hash and line count, and read back', () => {
    const store = openHandoffStore(temporaryFolder())
    const lines: SampleLine[] = [
      { kind: 'values', id: 'before/query.ms', values: [0.1, 1e-9, 12345.678901234567] },
      { kind: 'paired', id: 'guard', before: [1], after: [0] },
    ]
    const named = store.writeLines('phase_8_samples.ndjson', lines)
    expect(named).toEqual({
      file: 'phase_8_samples.ndjson',
      sha256: sha256OfFile(path.join(store.folder, named.file)),
      lines: 2,
    })
    expect(store.readSamples(named.file)).toEqual(lines)
  })
})

describe('clear', () => {
  it('removes what a run left and nothing else', () => {
    const store = openHandoffStore(temporaryFolder())
    mkdirSync(store.folder)
    const foreign = [
      'README.md',
      'phase_7_complete.json',
      'phase_10_notes.txt',
      'phase_8_complete',
      'my_phase_8_complete.json',
      '.gitignore',
    ]
    for (const name of foreign) writeFileSync(path.join(store.folder, name), 'mine')
    for (const phase of phaseIds) {
      store.write(handoffOf(phase))
      store.writeLines(handoffOf(phase).samples.file, [])
      store.writeLines(handoffOf(phase).trials.file, [])
    }
    writeFileSync(store.fileOf('final'), '{}')
    store.clear()
    expect(readdirSync(store.folder).sort()).toEqual([...foreign].sort())
    store.clear()
  })

  it('without a folder there is nothing to do', () => {
    expect(() => openHandoffStore(temporaryFolder()).clear()).not.toThrow()
  })
})

describe('S1-6 baselines', () => {
  const baselines = {
    timestamp: '2026-01-02T03:04:05.000Z',
    platform: 'linux',
    runtime_version: 'node 20',
    cpu_count: 2,
    machine: 'f',
    run_id: 'r',
    operations: handoffOf('baseline').before,
    rag_query: { p95_ms: 3, p50_ms: 2, iterations: 100 },
    quality: { 'quality.ndcgAt10': 0.5 },
  }

  it('are read back, absent at first, and refused with the path of what is wrong', () => {
    const root = temporaryFolder()
    expect(readBaselines(root)).toBeUndefined()
    writeBaselines(baselines, root)
    expect(readBaselines(root)).toEqual(baselines)
    const file = path.join(root, 'baselines', 'performance_baselines.json')
    writeFileSync(file, JSON.stringify({ ...baselines, rag_query: { p50_ms: 2, iterations: 100 } }))
    const error = thrown(() => readBaselines(root))
    expect([error.code, error.exitCode]).toEqual(['HANDOFF_INVALID', 2])
    expect(error.message).toContain('rag_query.p95_ms')
    writeFileSync(file, '{"timestamp": ')
    expect(thrown(() => readBaselines(root)).code).toBe('HANDOFF_INVALID')
  })
})
