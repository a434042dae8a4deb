import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { type Handoff, phaseIds } from '@tenfold/contracts'
import type { HandoffStore } from '@tenfold/handoff-store'
import { summarize } from '@tenfold/measure'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { verifyHandoffs } from '../src/index.ts'
import { wholeRun, writeHandoff } from './handoffs.ts'

let store: HandoffStore
beforeEach(() => {
  store = wholeRun()
})
afterEach(() => rmSync(store.root, { recursive: true, force: true }))

/** Changes a file behind the back of its seal. */
function edit(file: string, change: (text: string) => string): void {
  const before = readFileSync(file, 'utf8')
  const after = change(before)
  expect(after).not.toBe(before)
  writeFileSync(file, after)
}

/** Writes a handoff again with a fresh seal, as somebody would who knows the seals. */
function forge(phase: 'tuner', change: (handoff: Handoff) => void): void {
  const handoff = store.read(phase)
  change(handoff)
  store.write(handoff)
}

const fields = () => verifyHandoffs(store).findings.map(({ file, field }) => `${path.basename(file)} ${field}`)
const samplesOf = (name: string) => path.join(store.folder, name)

describe('verifyHandoffs', () => {
  it('finds nothing wrong in what was honestly written, and derives every figure again', () => {
    const { findings, recomputed } = verifyHandoffs(store)
    expect(findings).toEqual([])
    // nine figures of each of two summaries, six of the verdict, four of the guard
    expect(recomputed).toBe(phaseIds.length * (2 * 9 + 6 + 4))
  })

  it('one digit of one figure: the field is named, by its seal and by its samples', () => {
    const p50 = String(store.read('tuner').before['query.ms']!.p50)
    edit(store.fileOf('tuner'), (text) =>
      text.replace(
        p50,
        p50.replace(/\.\d/, (digit) => `.${(Number(digit[1]) + 1) % 10}`),
      ),
    )
    const found = fields()
    expect(found).toContain('phase_10_6_complete.json before["query.ms"].p50')
    expect(found).toContain('phase_10_6_complete.json before.query.ms.p50')
  })

  it('an altered figure under a fresh seal is still found: the samples do not give it', () => {
    forge('tuner', (handoff) => {
      handoff.verdicts[0]!.ratio *= 0.9
      handoff.guards[0]!.bound += 0.1
      handoff.after['query.ms']!.mean -= 0.1
    })
    expect(fields()).toEqual([
      'phase_10_6_complete.json after.query.ms.mean',
      'phase_10_6_complete.json verdicts[0].ratio',
      'phase_10_6_complete.json guards[0].bound',
    ])
  })

  it('an altered sample: the figures that follow from it and the file are named', () => {
    edit(samplesOf('phase_10_6_samples.ndjson'), (text) => text.replace(/("before\/query.ms","values":\[)/, '$11000,'))
    const found = fields()
    expect(found).toContain('phase_10_6_complete.json samples.sha256')
    for (const field of ['n', 'mean', 'max'])
      expect(found).toContain(`phase_10_6_complete.json before.query.ms.${field}`)
    expect(found.some((line) => line.includes('after'))).toBe(false)
  })

  it('a sample that is gone: the summary without samples is named', () => {
    edit(samplesOf('phase_8_samples.ndjson'), (text) => text.slice(text.indexOf('\n') + 1))
    expect(fields()).toContain('phase_8_complete.json before.query.ms')
  })

  it('trials that were changed', () => {
    writeFileSync(samplesOf('phase_9_trials.ndjson'), '{}\n')
    expect(fields()).toEqual(['phase_9_complete.json trials.sha256'])
  })

  it('a phase run again behind the others breaks their chain', () => {
    const handoff = store.read('metal')
    store.write({ ...handoff, reason: 'measured again' })
    const found = fields()
    expect(found).toEqual(['db', 'cache', 'tuner'].map((_, i) => `phase_10_${i + 4}_complete.json upstream[4].sha256`))
  })

  it('a handoff of another run', () => {
    forge('tuner', (handoff) => {
      handoff.runId = 'run-0'
    })
    expect(fields()).toEqual(['phase_10_6_complete.json runId'])
  })

  it('a missing handoff, and those who read it', () => {
    rmSync(store.fileOf('cache'))
    const { findings } = verifyHandoffs(store)
    expect(findings.map(({ field }) => field)).toEqual(['', 'upstream[6].sha256'])
    expect(findings[0]!.problem).toMatch(/phase_10_5_complete.json does not exist.*--only cache/)
    expect(findings[1]!.problem).toContain('missing')
  })

  it('a missing or unreadable samples file', () => {
    rmSync(samplesOf('phase_9_samples.ndjson'))
    writeFileSync(samplesOf('phase_8_samples.ndjson'), '{"kind": "val')
    const found = fields()
    expect(found).toContain('phase_9_complete.json samples')
    expect(found).toContain('phase_8_complete.json samples')
    expect(found).toContain('phase_8_complete.json samples.sha256')
  })

  it('columns before and after that are the same to the last digit are suspicious, in any time', () => {
    const lines = store.readSamples('phase_10_6_samples.ndjson')
    forge('tuner', (handoff) => {
      const same = lines.find((line) => line.id === 'before/query.ms')!
      if (same.kind !== 'values') throw new Error('values expected')
      const copied = lines.map((line) => (line.id === 'after/query.ms' ? { ...same, id: line.id } : line))
      handoff.samples = store.writeLines(handoff.samples.file, copied)
      handoff.after['query.ms'] = summarize('after/query.ms', same.values)
    })
    expect(fields()).toEqual(['phase_10_6_complete.json after.query.ms'])
  })

  it('a lost seal', () => {
    rmSync(store.fileOf('db').replace('.json', '.seal.json'))
    expect(fields()).toEqual(['phase_10_4_complete.json (seal missing or unreadable)'])
  })

  it('a chain may be shorter: a phase that reads less is as good', () => {
    writeHandoff(store, 'tuner', ['baseline'])
    expect(fields()).toEqual([])
  })
})
