import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { defaultConfig } from '@tenfold/contracts'
import { type HandoffStore, openHandoffStore } from '@tenfold/handoff-store'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Trial, verifyHandoffs } from '../src/index.ts'
import { run, start, workspace } from './toy.ts'

const roots: string[] = []
const fresh = (target?: string) => {
  roots.push(workspace(target))
  return roots.at(-1)!
}
afterAll(() => {
  for (const root of roots) rmSync(root, { recursive: true, force: true })
})

const linesOf = (file: string) =>
  existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n').filter(Boolean) : []
const findingsOf = (store: HandoffStore) =>
  verifyHandoffs(store).findings.filter(({ problem }) => !problem.includes('does not exist'))

describe('a whole phase, through real measured processes', () => {
  let root: string
  let store: HandoffStore
  beforeAll(async () => {
    root = fresh()
    store = openHandoffStore(root)
    const { code, output } = await run(root, 'baseline')
    expect(output).toContain('measured: observed, nothing changed')
    expect(code).toBe(0)
  })

  const journalOf = (phase: string) =>
    path.join(root, '.tenfold', 'journal', store.read('baseline').runId, `${phase}.ndjson`)

  it('S1-2 S1-6 phase 8 describes the system and changes nothing', () => {
    const handoff = store.read('baseline')
    expect(handoff).toMatchObject({ outcome: 'measured', changes: {}, upstream: [], after: {}, config: defaultConfig })
    expect(handoff.target).toMatchObject({ name: 'toy', level: 2 })
    expect(handoff.conditions.data).toMatchObject({ docs: 24 })
    expect(handoff.before['query.ms']).toMatchObject({ n: 400 })
    expect(handoff.before['query.ms']!.p99).not.toBeNull()
    expect(handoff.before['quality.recallAt10']!.mean, 'a title finds its document').toBe(1)
    expect(handoff.before['ingest.docsPerSecond']!.n).toBe(1)
    expect(handoff.details.before).toEqual({ chunks: 24 })
    expect(findingsOf(store)).toEqual([])
  })

  it('a run taken up again leaves the handoff of phase 8 as it is: later ones hold its hash', async () => {
    const before = readFileSync(path.join(root, 'handoff', 'phase_8_complete.json'), 'utf8')
    const { output } = await run(root, 'baseline', { TENFOLD_RESUME: '1' })
    expect(output).toContain('phase_8_complete.json is of this run already')
    expect(readFileSync(path.join(root, 'handoff', 'phase_8_complete.json'), 'utf8')).toBe(before)
  })

  it('S0-7 S2-33 killed in the middle and resumed: a valid handoff, nothing measured twice, the planted gain proven', async () => {
    const failing = { TOY_FAIL: 'mmap' }
    const { child, ended } = start(root, 'db', failing)
    while (linesOf(journalOf('db')).length < 4) {
      expect(child.exitCode, 'ended before it could be killed').toBeNull()
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    child.kill('SIGKILL')
    await ended
    expect(store.has('db'), 'no half handoff').toBe(false)
    const kept = linesOf(journalOf('db'))
    writeFileSync(journalOf('db'), `${kept.join('\n')}\n{"key":"cut of`)

    const { code, output } = await run(root, 'db', { ...failing, TENFOLD_RESUME: '1' })
    expect(output).toContain('improved')
    expect(code).toBe(0)
    const finished = linesOf(journalOf('db'))
    expect(finished.slice(0, kept.length)).toEqual(kept)
    const keys = finished.map((line) => JSON.parse(line).key)
    expect(new Set(keys).size).toBe(keys.length)

    const handoff = store.read('db', store.read('baseline').runId)
    expect(handoff.outcome).toBe('improved')
    expect(handoff.config['db.statementReuse']).toBe(true)
    expect(handoff.config['db.ftsMaxDocShare'], 'faster, but loses documents').toBe(1)
    expect(handoff.upstream).toEqual([{ phase: 'baseline', sha256: store.hashOf('baseline') }])
    const [verdict] = handoff.verdicts
    expect(verdict).toMatchObject({ role: 'candidate', metric: 'query.ms', verdict: 'faster', split: 'check' })
    expect(verdict!.ratio).toBeLessThan(0.75)
    expect(verdict!.ratio).toBeGreaterThan(0.35)
    expect(handoff.after['query.ms']!.p50).toBeLessThan(handoff.before['query.ms']!.p50)
    expect(findingsOf(store)).toEqual([])

    const trials = linesOf(path.join(store.folder, handoff.trials.file)).map((line) => JSON.parse(line) as Trial)
    expect(trials.length).toBe(3)
    expect(trials.at(-1)!.losses['quality.recallAt10']).toBeLessThan(-0.2)
    expect(handoff.ledger.wallMs).toBeGreaterThanOrEqual(handoff.ledger.workMs)
    expect(readdirSync(path.join(root, '.tenfold', 'index')).some((name) => name.endsWith('.building'))).toBe(false)
  })

  it('a setting that fails is a failed trial, not the end', () => {
    const handoff = store.read('db')
    const [first] = linesOf(path.join(store.folder, handoff.trials.file)).map((line) => JSON.parse(line) as Trial)
    expect(first).toMatchObject({ patch: { 'db.mmapMib': 256 }, state: 'failed', error: 'no mapping here' })
    expect(handoff.warnings.join()).toContain('no mapping here')
    expect(handoff.config['db.mmapMib']).toBe(0)
  })

  it('a finished phase is not run again when resuming', async () => {
    const before = store.hashOf('db')
    const { code, output } = await run(root, 'db', { TENFOLD_RESUME: '1' })
    expect([code, store.hashOf('db')]).toEqual([0, before])
    expect(output).toContain('of this run already')
  })

  it('S0-8 S3-40 the last phase proves the sum of all changes, and what each is worth where it ended up', async () => {
    const { code } = await run(root, 'tuner')
    expect(code).toBe(0)
    const { verdicts, changes, outcome, reason, details } = store.read('tuner')
    expect([outcome, reason]).toEqual(['unchanged', 'nothing to try here'])
    expect(changes).toEqual({ 'db.statementReuse': { from: false, to: true } })
    expect(verdicts.map(({ role, verdict }) => [role, verdict])).toEqual([
      ['total', 'faster'],
      ['leave-one-out', 'faster'],
    ])
    for (const { ratio } of verdicts) expect(ratio).toBeLessThan(0.75)
    // nothing that shapes the index was changed: it was not built again
    expect(details.ingest).toEqual({})
    expect(findingsOf(store)).toEqual([])
  })

  it('Ctrl-C: exit 130 and the way on', async () => {
    const { child, ended } = start(root, 'db')
    const journal = journalOf('db')
    while (linesOf(journal).length > 2 || linesOf(journal).length < 1)
      await new Promise((resolve) => setTimeout(resolve, 5))
    child.kill('SIGINT')
    const { code, output } = await ended
    expect(code).toBe(130)
    expect(output).toMatch(/INTERRUPTED.*\n.*--resume/)
  })
})

describe('what may go wrong before anything is measured', () => {
  it.each([
    [
      'an unknown package',
      '@nobody/nothing',
      /TARGET_FAILED: target "@nobody\/nothing" does not load[\s\S]*tenfold.config.ts/,
    ],
    ['a missing file', './missing.mjs', /TARGET_FAILED: target ".\/missing.mjs" does not load/],
    [
      'a module that is no target',
      new URL('./toy-phases.mjs', import.meta.url).pathname,
      /has no default export with open\(\)/,
    ],
  ])('%s as target: exit 3 with the way out', async (_, target, message) => {
    const { code, output } = await run(fresh(target), 'baseline')
    expect(output).toMatch(message)
    expect(code).toBe(3)
  })

  it.each([
    ['open', /TARGET_FAILED: planted failure/],
    ['killed', /TARGET_FAILED: the measured process .* was killed by SIGKILL \(out of memory\?\)/],
  ])('a target that fails (%s): exit 3', async (how, message) => {
    const { code, output } = await run(fresh(), 'baseline', { TOY_FAIL: how })
    expect(output).toMatch(message)
    expect(code).toBe(3)
  })

  it('a phase before its baseline: exit 2, and what to run', async () => {
    const { code, output } = await run(fresh(), 'db')
    expect(output).toMatch(/HANDOFF_MISSING: handoff\/phase_8_complete.json does not exist\n.*baseline/)
    expect(code).toBe(2)
  })

  it('a bad setting: exit 2', async () => {
    const { code, output } = await run(fresh(), 'baseline', { TENFOLD_PROFILE: 'turbo' })
    expect(output).toContain('CONFIG_OUT_OF_RANGE: tenfold.config.ts at profile')
    expect(code).toBe(2)
  })
})

describe('the measured process', () => {
  it('a target that prints a megabyte does not block', async () => {
    const { code, output } = await run(fresh(), 'baseline', { TOY_NOISE: '1000000' })
    expect(output).toContain('measured')
    expect(code).toBe(0)
  })

  it('a result of several megabytes arrives whole', async () => {
    const root = fresh()
    const { output } = await run(root, 'baseline', { TOY_BULK: '3000000' })
    expect(output).toContain('measured')
    expect(openHandoffStore(root).read('baseline').conditions.models.words).toHaveLength(3_000_000)
  })

  it('ends when its parent is killed: an orphan would disturb the next measurement', async () => {
    const root = fresh()
    const { child, ended } = start(root, 'baseline', { TOY_FAIL: 'hang' })
    const pause = () => new Promise((resolve) => setTimeout(resolve, 20))
    const marker = path.join(root, 'hanging')
    while (!existsSync(marker) || readFileSync(marker, 'utf8') === '') await pause()
    const orphan = Number(readFileSync(marker, 'utf8'))
    const isAlive = () => {
      try {
        return process.kill(orphan, 0)
      } catch {
        return false
      }
    }
    expect(isAlive()).toBe(true)
    child.kill('SIGKILL')
    await ended
    for (let look = 0; look < 500 && isAlive(); look++) await pause()
    const survived = isAlive()
    if (survived) process.kill(orphan, 'SIGKILL')
    expect(survived).toBe(false)
  })
})
