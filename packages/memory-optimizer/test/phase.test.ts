import { defaultConfig, profiles } from '@tenfold/contracts'
import type { Trial } from '@tenfold/phase-kit'
import { phaseLaws } from '@tenfold/phase-kit/laws'
import { describe, expect, it } from 'vitest'
import phase from '../src/phase.ts'

const gib = 2 ** 30

describe('phase laws', () => {
  it.each(phaseLaws)('$name', ({ check }) => {
    for (const gibibytes of [1, 3, 64]) expect(() => check(phase, { availableBytes: gibibytes * gib })).not.toThrow()
  })
})

describe('S2-5 what is tried', () => {
  const batches = (availableBytes: number) => {
    const trials: Trial[] = []
    for (;;) {
      const evidence = {
        incumbent: defaultConfig,
        trials,
        facts: { availableBytes },
        profile: profiles.quick,
        accepted: [],
        seed: 1,
      }
      const patch = phase.propose?.(evidence)
      if (!patch)
        return trials.map((trial) => trial.patch['memory.batchCeiling']).filter((value) => value !== undefined)
      trials.push({ patch, state: 'measured', ratios: {}, losses: {} })
    }
  }

  it('the batch follows the memory inspect saw, and the smallest is tried in any case', () => {
    expect([batches(1 * gib), batches(3 * gib), batches(64 * gib)]).toEqual([[8], [16, 8], [8]])
  })
})
