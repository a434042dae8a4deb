import type { Verdict } from '@tenfold/contracts'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hitRateRow } from '../src/target-caches.ts'
import { outOfMemoryRow } from '../src/target-memory.ts'
import { gainRow, gains, tailRow } from '../src/targets.ts'
import { fixture, protocol } from './fixture.ts'

const names: Verdict['verdict'][] = ['faster', 'slower', 'equivalent', 'undecided']
const total = (verdict: Verdict['verdict'], ratio: number, interval: Verdict['interval']): Verdict => ({
  role: 'total',
  metric: 'embed.ms',
  change: {},
  verdict,
  ratio,
  interval,
  forks: 8,
  beforeP50: 100,
  afterP50: 100 * ratio,
  protocol,
  split: 'check',
  samples: 's',
})

describe('gains (S2-40, S2-41, S2-42)', () => {
  it('are met exactly when the verdict is faster and the ratio reaches the goal', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...gains),
        fc.constantFrom(...names),
        fc.double({ min: -0.2, max: 0.2, noNaN: true }),
        fc.double({ min: 0, max: 0.3, noNaN: true }),
        (gain, name, off, half) => {
          const ratio = gain.atMost + off
          const row = gainRow(gain, total(name, ratio, [ratio - half, ratio + half]), true)
          expect(row.met).toBe(name === 'faster' && ratio <= gain.atMost)
        },
      ),
    )
  })

  it.each(gains)('$requirement: the threshold itself is met, the next larger ratio is not', (gain) => {
    expect(gainRow(gain, total('faster', gain.atMost, [0.1, gain.atMost]), true).met).toBe(true)
    expect(gainRow(gain, total('faster', gain.atMost * (1 + Number.EPSILON), [0.1, 1]), true).met).toBe(false)
  })

  it('say when the ratio reaches the goal and the interval does not', () => {
    const why = (interval: Verdict['interval']) => gainRow(gains[1]!, total('faster', 0.75, interval), true).why
    expect(why([0.7, 0.79])).toContain('whole interval')
    expect(why([0.7, 0.85])).toContain('its interval does not (up to ×0.850)')
    expect(why([0.7, null])).toContain('up to open')
    expect(gainRow(gains[1]!, total('faster', 0.85, [0.79, 0.9]), true).why).toContain(
      'though its interval reaches that',
    )
  })

  it('tell an unproven gain from a missing one', () => {
    expect(gainRow(gains[0]!, total('undecided', 0.5, [null, null]), true).why).toContain('not proven')
    expect(gainRow(gains[0]!, undefined, true)).toMatchObject({
      measured: 'not compared',
      met: false,
      why: 'no accepted change touches memory.peakPrivateBytes',
    })
    expect(gainRow(gains[0]!, undefined, false)).toMatchObject({ measured: 'nothing changed', met: false })
  })
})

describe('p95 (S0-15)', () => {
  const values = (n: number, factor: number) => Array.from({ length: n }, (_, i) => factor * (10 + ((i * 7919) % 97)))

  it('is met only when the upper bound of the interval clears the goal', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.6, max: 1, noNaN: true }), (factor) => {
        const row = tailRow(values(400, 1), values(400, factor))
        fc.pre(Math.abs(factor - 0.8) > 1e-6)
        expect(row.met).toBe(factor < 0.8)
        // the arms differ by one factor, so the interval is that factor
        expect(row.interval![1]).toBeCloseTo(factor, 6)
      }),
      { numRuns: 12 },
    )
  })

  it('is not claimed from too few or unpaired questions, nor from one state', () => {
    expect(tailRow(values(399, 1), values(399, 0.1))).toMatchObject({ met: false, interval: null })
    expect(tailRow(values(500, 1), values(499, 0.1))).toMatchObject({ met: false, interval: null })
    expect(tailRow(values(400, 1), undefined)).toMatchObject({ measured: 'nothing changed', met: false })
    expect(tailRow(undefined, undefined)).toMatchObject({ measured: 'not measured', met: false })
  })

  it('prints the interval when the goal is missed', () => {
    const row = tailRow(values(400, 1), values(400, 0.9))
    expect(row.why).toContain('not claimed')
    expect(row.why).toContain('[0.900, 0.900]')
  })
})

describe('cache hit rate (S2-43)', () => {
  const rowAt = (measured: number | null, bound: number | null) => {
    const { handoffs } = fixture()
    handoffs.tuner.after['stream.hitRate']!.mean = measured ?? 0
    if (measured === null)
      for (const state of [handoffs.tuner.before, handoffs.tuner.after]) delete state['stream.hitRate']
    const rate = handoffs.tuner.before['stream.ms']!
    if (bound !== null) handoffs.tuner.after['stream.hitRateBound'] = { ...rate, mean: bound }
    return hitRateRow(handoffs.tuner, handoffs.cache)
  }

  it('is met from 60 % on', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (rate) => {
        expect(rowAt(rate, 0.9).met).toBe(rate >= 0.6)
      }),
    )
  })

  it('blames the stream when the bound is below the goal, and only then', () => {
    expect(rowAt(0.4, 0.5).why).toContain('out of reach of any exact cache: at most 50.0 %')
    expect(rowAt(0.4, 0.7).why).not.toContain('out of reach')
    expect(rowAt(0.4, null).why).toContain('not measured')
    expect(rowAt(null, 0.7)).toMatchObject({ measured: 'not measured', met: false })
  })
})

describe('out of memory (S2-44)', () => {
  const rowWith = (details: unknown, warnings: string[] = []) => {
    const { handoffs } = fixture()
    handoffs.memory.details = { before: details }
    handoffs.speed.warnings = warnings
    return outOfMemoryRow(handoffs)
  }
  const growth = (low: number, high: number) => ({
    growth: { queries: 1100, bytesPerQuery: (low + high) / 2, interval: [low, high] },
    availableBytes: 1e9,
  })

  it('is met exactly when the free memory outlasts a question a second for a week', () => {
    fc.assert(
      fc.property(fc.double({ min: -5000, max: 5000, noNaN: true }), (high) => {
        expect(rowWith(growth(high - 100, high)).met).toBe(high <= 0 || Math.floor(1e9 / high) >= 604_800)
      }),
    )
  })

  it('is missed when any process was killed, and names it', () => {
    const kill = 'trial 2 failed: the measured process (rag) was killed by SIGKILL (out of memory?)'
    expect(rowWith(growth(-2, -1), [kill])).toMatchObject({ met: false, why: `speed: ${kill}` })
  })

  it('is not claimed when growth was not measured', () => {
    expect(rowWith({})).toMatchObject({ met: false, interval: null, why: 'not claimed: growth was not measured' })
  })
})
