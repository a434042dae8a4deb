import { defaultConfig, type Patch, profiles } from '@tenfold/contracts'
import { phaseLaws } from '@tenfold/phase-kit/laws'
import { splitFromBytes } from '@tenfold/vector-search'
import { describe, expect, it } from 'vitest'
import phase from '../src/phase.ts'

const large = { vectorBytes: splitFromBytes }

describe('phase laws', () => {
  it.each(phaseLaws)('$name', ({ check }) => {
    expect(() => check(phase, large)).not.toThrow()
  })
})

describe('db.scanThreads', () => {
  /** All that is proposed while nothing gains. */
  const proposed = (facts: Record<string, unknown>, change: Patch = {}) => {
    const patches: Patch[] = []
    for (;;) {
      const trials = patches.map((patch) => ({ patch, state: 'failed' as const, ratios: {}, losses: {} }))
      const incumbent = { ...defaultConfig, ...change }
      const profile = Object.values(profiles)[0]!
      const patch = phase.propose!({ incumbent, trials, facts, profile, accepted: [], seed: 1 })
      if (!patch) return patches
      patches.push(patch)
    }
  }

  it('is tried where a scan is long enough to be shared, and only there', () => {
    const two = { 'db.scanThreads': 2 }
    expect(proposed(large)).toContainEqual(two)
    expect(proposed({ vectorBytes: splitFromBytes - 1 })).not.toContainEqual(two)
    expect(proposed({})).not.toContainEqual(two)
    expect(proposed(large, { 'db.vectors': 'int8' })).not.toContainEqual(two)
    expect(proposed({ vectorBytes: 4 * splitFromBytes }, { 'db.vectors': 'int8' })).toContainEqual(two)
  })
})
