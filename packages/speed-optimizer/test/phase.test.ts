import { defaultConfig, profiles } from '@tenfold/contracts'
import type { Trial } from '@tenfold/phase-kit'
import { phaseLaws } from '@tenfold/phase-kit/laws'
import { describe, expect, it } from 'vitest'
import phase from '../src/phase.ts'

describe('phase laws', () => {
  it.each(phaseLaws)('$name', ({ check }) => {
    expect(() => check(phase)).not.toThrow()
  })
})

describe('what is tried', () => {
  const tried = (profile: (typeof profiles)[keyof typeof profiles]) => {
    const trials: Trial[] = []
    for (;;) {
      const patch = phase.propose?.({ incumbent: defaultConfig, trials, facts: {}, profile, accepted: [], seed: 1 })
      if (!patch) return trials.flatMap((trial) => Object.keys(trial.patch))
      trials.push({ patch, state: 'measured', ratios: {}, losses: {} })
    }
  }

  it('the quick profile tries what is worth most, a larger budget tries every knob', () => {
    expect(new Set(tried(profiles.quick))).toContain('speed.precision')
    expect(tried(profiles.quick).length).toBeLessThan(tried(profiles.standard).length)
    expect([...new Set(tried(profiles.full))].sort()).toEqual([...phase.knobs].sort())
  })
})
