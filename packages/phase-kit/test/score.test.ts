import { defaultConfig, type Patch, type Verdict } from '@tenfold/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Goal, Trial } from '../src/phase.ts'
import { decide, sparing } from '../src/prove.ts'
import { choose, greedy, isFeasible, isLossy, retreats, scoreOf, touchedGoals } from '../src/score.ts'

const goals: Goal[] = [
  { metric: 'query.ms', minEffect: 0.05 },
  { metric: 'store.ms', minEffect: 0.05 },
]
const judged = { goals, guards: [{ metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 } as const] }

const trial = (ratio: number, loss = 0, patch: Patch = { 'db.mmapMib': 256 }): Trial => ({
  patch,
  state: 'measured',
  ratios: { 'query.ms': ratio },
  losses: { 'quality.ndcgAt10': loss },
})

describe('scores', () => {
  it('a score is the sum of log ratios over the goals; what was not measured counts nothing', () => {
    expect(scoreOf({ ...trial(0.5), ratios: { 'query.ms': 0.5, 'store.ms': 2, 'embed.ms': 0.1 } }, judged)).toBeCloseTo(
      0,
      12,
    )
    expect(scoreOf(trial(0.5), judged)).toBeCloseTo(Math.log(0.5), 12)
  })

  it('feasible: measured, and no guarded metric beyond its margin, in its own direction', () => {
    expect([-0.02, -0.01, 0, 0.5].map((loss) => isFeasible(trial(1, loss), judged))).toEqual([false, true, true, true])
    expect(isFeasible({ ...trial(1), state: 'failed' }, judged)).toBe(false)
    const below = { ...judged, guards: [{ metric: 'memory.peakPrivateBytes', operator: '<=', margin: 5 } as const] }
    const grown = (bytes: number) => ({ ...trial(1), losses: { 'memory.peakPrivateBytes': bytes } })
    expect([isFeasible(grown(6), below), isFeasible(grown(5), below), isFeasible(grown(-9), below)]).toEqual([
      false,
      true,
      true,
    ])
  })

  it('choose takes the best feasible trial, and none below 2 %', () => {
    const small: Patch = { 'db.cacheKib': 64000 }
    const lossy: Patch = { 'db.vectors': 'int8' }
    expect(choose([trial(0.9), trial(0.8, 0, small), trial(0.5, -0.02, lossy)], judged)).toEqual(small)
    expect(choose([trial(0.985), trial(1.2)], judged)).toBeUndefined()
    expect(choose([], judged)).toBeUndefined()
  })

  it('greedy passes over steps with a knob that the target does not offer; one that tells of none is asked for all', () => {
    const steps: Patch[] = [{ 'db.mmapMib': 256 }, { 'db.pgVectors': 'bit', 'db.rescore': 100 }, { 'db.rescore': 100 }]
    const at = (offered?: ('db.rescore' | 'db.mmapMib')[], trials: Trial[] = []) =>
      greedy(steps, { incumbent: defaultConfig, trials, ...(offered ? { offered } : {}) }, judged)
    expect(at(['db.rescore'])).toEqual({ 'db.rescore': 100 })
    expect(at(['db.rescore', 'db.mmapMib'], [trial(1)])).toEqual({ 'db.rescore': 100 })
    expect(at(undefined, [trial(1)])).toEqual(steps[1])
  })

  it('a patch touches the goals of its workloads, and is lossy when one of its knobs is', () => {
    expect(touchedGoals({ 'cache.queryEntries': 9 }, judged)).toEqual([])
    expect(touchedGoals({ 'db.mmapMib': 9 }, judged)).toEqual(goals)
    expect(touchedGoals({ 'speed.precision': 'int8' }, judged)).toEqual([goals[0]])
    expect([isLossy({ 'db.mmapMib': 9 }), isLossy({ 'db.mmapMib': 9, 'db.vectors': 'int8' })]).toEqual([false, true])
  })
})

describe('greedy', () => {
  const steps: Patch[] = [
    { 'db.statementReuse': true },
    { 'db.mmapMib': 256 },
    { 'db.mmapMib': 0 },
    { 'db.mmapMib': 256 },
  ]
  const next = (trials: Trial[], list = steps) => greedy(list, { incumbent: defaultConfig, trials }, judged)

  it('keeps what helped and builds on it, drops what did not', () => {
    const first = next([])
    expect(first).toEqual({ 'db.statementReuse': true })
    expect(next([trial(0.8, 0, first)])).toEqual({ 'db.statementReuse': true, 'db.mmapMib': 256 })
    expect(next([trial(1, 0, first)])).toEqual({ 'db.mmapMib': 256 })
    expect(next([trial(0.8, -1, first)]), 'faster, but worse answers').toEqual({ 'db.mmapMib': 256 })
  })

  it('tries nothing twice, and nothing the incumbent already is', () => {
    const second = [trial(1, 0, { 'db.statementReuse': true }), trial(1)]
    expect(next(second)).toBeUndefined()
    expect(next([], [{ 'rag.k': defaultConfig['rag.k'] }, {}])).toBeUndefined()
  })

  const step = fc.constantFrom<Patch>(
    ...steps,
    { 'db.cacheKib': 64000 },
    { 'db.cacheKib': 16000 },
    { 'db.vectors': 'int8' },
    { 'db.vectors': 'int8', 'db.mmapMib': 256 },
    {},
  )
  const outcome = fc.record({
    ratio: fc.constantFrom(0.5, 0.9, 0.99, 1, 1.3),
    loss: fc.constantFrom(0, -0.5),
    failed: fc.boolean(),
  })

  it('ends, replays its past from the same trials, and never proposes the incumbent', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 12 }), fc.infiniteStream(outcome), (list, outcomes) => {
        const trials: Trial[] = []
        for (const { ratio, loss, failed } of outcomes) {
          const patch = next(trials, list)
          expect(next([...trials], list)).toEqual(patch)
          if (!patch) break
          expect(Object.keys(patch).length).toBeGreaterThan(0)
          for (const [key, value] of Object.entries(patch)) expect(defaultConfig[key as 'rag.k']).not.toBe(value)
          expect(trials.map((past) => past.patch)).not.toContainEqual(patch)
          trials.push({ ...trial(ratio, loss, patch), state: failed ? 'failed' : 'measured' })
        }
        expect(trials.length).toBeLessThanOrEqual(list.length)
        for (let past = 0; past < trials.length; past++)
          expect(next(trials.slice(0, past), list)).toEqual(trials[past]!.patch)
      }),
    )
  })
})

describe('decide', () => {
  const verdict = (metric: string, name: Verdict['verdict'], ratio: number) =>
    ({ metric, verdict: name, ratio }) as Verdict

  it.each([
    [
      'one goal better, the other undecided',
      [verdict('query.ms', 'faster', 0.8), verdict('store.ms', 'undecided', 1)],
      true,
    ],
    ['better, but by less than its smallest effect', [verdict('query.ms', 'faster', 0.96)], false],
    ['better exactly by its smallest effect', [verdict('query.ms', 'faster', 0.95)], true],
    ['one better, one worse', [verdict('query.ms', 'faster', 0.5), verdict('store.ms', 'slower', 1.1)], false],
    ['a large ratio that was not proven', [verdict('query.ms', 'undecided', 0.5)], false],
    ['equivalent', [verdict('query.ms', 'equivalent', 1)], false],
    ['nothing touched', [], false],
  ] as const)('%s', (_, verdicts, accepted) => {
    expect(decide(goals, verdicts).accepted).toBe(accepted)
  })

  it('gives the figure that decided', () => {
    expect(decide(goals, [verdict('query.ms', 'faster', 0.8)]).reason).toBe('query.ms ×0.800')
    const slower = decide(goals, [verdict('query.ms', 'faster', 0.5), verdict('store.ms', 'slower', 1.1)])
    expect(slower).toEqual({ accepted: false, reason: 'store.ms got worse (×1.100)', worse: 'store.ms' })
    expect(decide(goals, [verdict('query.ms', 'undecided', 0.97)]).reason).toContain('query.ms undecided (×0.970)')
  })
})

describe('retreats', () => {
  it('drop what costs quality, alone and with what was found beside it', () => {
    const patch: Patch = {
      'speed.precision': 'int8',
      'speed.encoderGraph': 'unmasked',
      'speed.encoderWorkers': 2,
      'speed.encoderThreads': 1,
    }
    const workers: Patch = { 'speed.encoderWorkers': 2, 'speed.encoderThreads': 1 }
    expect(retreats(patch)).toEqual([
      patch,
      { 'speed.encoderGraph': 'unmasked', ...workers },
      { 'speed.encoderGraph': 'unmasked' },
      { 'speed.precision': 'int8', ...workers },
      { 'speed.precision': 'int8' },
      workers,
    ])
  })

  it('of what cannot cost quality there is none, and none is empty', () => {
    expect(retreats({ 'speed.batchTokens': 512 })).toEqual([{ 'speed.batchTokens': 512 }])
    expect(retreats({ 'speed.precision': 'int8' })).toEqual([{ 'speed.precision': 'int8' }])
  })
})

describe('a goal that got worse', () => {
  it('leaves the trials that did not make it worse, and the best of those is tried next', () => {
    const kind: Patch = { 'db.cacheKib': 64000 }
    const trials = [
      { ...trial(0.5), ratios: { 'query.ms': 0.5, 'store.ms': 1.2 } },
      { ...trial(0.7, 0, kind), ratios: { 'query.ms': 0.7, 'store.ms': 0.9 } },
      trial(0.9, 0, { 'db.analyze': 'full' }),
    ]
    expect(choose(sparing('store.ms', trials), judged)).toEqual(kind)
    expect(sparing('query.ms', trials)).toEqual(trials)
  })
})
