import { defaultConfig, isInDomain, type KnobKey, knobs, type Patch, profiles, type Target } from '@tenfold/contracts'
import type { Evidence, Inspection, Phase, Trial } from '@tenfold/phase-kit'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bottlenecks } from '../src/bottlenecks.ts'
import { findBottlenecks, limits, proposeMutant } from '../src/index.ts'

const fine = { memoryShare: 0.5, tokensPerSecond: 50, retrievalMs: 20, cacheHitRate: 0.5 }

describe('S2-35 findBottlenecks', () => {
  it.each([
    [{}, []],
    [{ memoryShare: 0.91 }, ['memory']],
    [{ tokensPerSecond: 9.9 }, ['generation']],
    [{ retrievalMs: 100.1 }, ['retrieval']],
    [{ memoryShare: 0.9, tokensPerSecond: 10, retrievalMs: 100 }, []],
    [{ memoryShare: 1, tokensPerSecond: 1, retrievalMs: 1000 }, ['memory', 'generation', 'retrieval']],
  ])('%j: %j', (broken, expected) => {
    expect(findBottlenecks({ ...fine, ...broken })).toEqual(expected)
  })
})

describe('S2-34 one look at the system', () => {
  it('tells memory, tokens a second, retrieval time and hit rate', async () => {
    const target = {
      async query(_: unknown, on?: (event: object) => void) {
        for (let i = 0; on && i < 3; i++) {
          await new Promise((resolve) => setTimeout(resolve, 2))
          on({ type: 'token', text: 'x' })
        }
        return { ids: [], passages: [] }
      },
      cacheStats: async () => ({
        query: { hits: 3, misses: 1, bytes: 0 },
        embedding: { hits: 0, misses: 4, bytes: 0 },
      }),
    } as unknown as Target
    const questions = [{ id: '1', text: 'q', relevant: {}, accept: [], group: '1', split: 'tune' as const }]
    const { details } = await bottlenecks({ target, dataset: { questions } } as unknown as Inspection)
    const metrics = details.metrics as typeof fine
    expect(metrics.cacheHitRate).toBe(3 / 8)
    expect(metrics.memoryShare).toBeGreaterThan(0)
    expect(metrics.memoryShare).toBeLessThan(1)
    expect(metrics.tokensPerSecond).toBeGreaterThan(1)
    expect(metrics.retrievalMs).toBeGreaterThanOrEqual(0)
    expect(details.limits).toEqual(limits)
  })
})

const phase: Pick<Phase, 'goals' | 'guards' | 'knobs'> = {
  knobs: ['speed.batchTokens', 'speed.encoderThreads', 'db.vectors', 'db.statementReuse', 'cache.queryEntries'],
  goals: [{ metric: 'query.ms', minEffect: 0.05 }],
  guards: [{ metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 }],
}

const evidenceOf = (trials: Trial[], seed: number, profile: Evidence['profile'] = profiles.standard): Evidence => ({
  incumbent: defaultConfig,
  trials,
  facts: {},
  profile,
  accepted: [],
  seed,
})

/** A whole search whose trials turn out as `outcome` says. */
function searched(
  seed: number,
  outcome: (patch: Patch, index: number) => Partial<Trial>,
  profile?: Evidence['profile'],
): Trial[] {
  const trials: Trial[] = []
  for (;;) {
    const patch = proposeMutant(evidenceOf([...trials], seed, profile), phase)
    if (!patch) return trials
    trials.push({ patch, state: 'measured', ratios: {}, losses: {}, ...outcome(patch, trials.length) })
  }
}

describe('S2-33 proposeMutant', () => {
  const ratio = fc.infiniteStream(fc.double({ min: 0.5, max: 2, noNaN: true }))

  it('proposes within range and budget, never the incumbent, nothing twice, the same again for the same evidence', () => {
    fc.assert(
      fc.property(fc.nat(), ratio, (seed, ratios) => {
        const stream = ratios[Symbol.iterator]()
        const trials = searched(seed, () => ({ ratios: { 'query.ms': stream.next().value as number } }))
        expect(trials.length).toBeGreaterThan(4)
        expect(trials.length).toBeLessThanOrEqual(profiles.standard.tunerTrials)
        const seen = new Set<string>()
        trials.forEach(({ patch }, i) => {
          const entries = Object.entries(patch) as [KnobKey, unknown][]
          expect(entries.length).toBeGreaterThan(0)
          for (const [key, value] of entries) {
            expect(phase.knobs).toContain(key)
            expect(isInDomain(knobs[key].domain, value)).toBe(true)
            expect(value).not.toBe(defaultConfig[key])
          }
          seen.add(JSON.stringify(entries.sort()))
          expect(proposeMutant(evidenceOf(trials.slice(0, i), seed), phase)).toEqual(patch)
        })
        expect(seen.size).toBe(trials.length)
      }),
      { numRuns: 30 },
    )
  })

  it('other seeds search elsewhere', () => {
    const first = (seed: number) => JSON.stringify(searched(seed, () => ({})).map((trial) => trial.patch))
    expect(first(1)).not.toBe(first(2))
  })

  it('builds on the best once it knows some: a planted good knob stays in', () => {
    const good = (patch: Patch) => patch['db.statementReuse'] === true
    let kept = 0
    let asked = 0
    for (let seed = 0; seed < 20; seed++) {
      const trials = searched(seed, (patch) => ({ ratios: { 'query.ms': good(patch) ? 0.5 : 1 } }))
      const from = trials.findIndex(({ patch }) => good(patch))
      if (from < 0) continue
      const later = trials.slice(Math.max(from + 1, 4))
      asked += later.length
      kept += later.filter(({ patch }) => good(patch)).length
    }
    expect(asked).toBeGreaterThan(50)
    expect(kept / asked).toBeGreaterThan(0.8)
  })

  it('never builds on what broke a guard or failed', () => {
    for (const bad of [{ losses: { 'quality.ndcgAt10': -0.5 } }, { state: 'failed' as const }]) {
      let kept = 0
      let asked = 0
      for (let seed = 0; seed < 10; seed++) {
        const trials = searched(seed, (patch) =>
          patch['db.vectors'] ? { ratios: { 'query.ms': 0.1 }, ...bad } : { ratios: { 'query.ms': 1 } },
        )
        asked += trials.length
        kept += trials.filter(({ patch }) => patch['db.vectors']).length
      }
      expect(kept / asked).toBeLessThan(0.5)
    }
  })
})
