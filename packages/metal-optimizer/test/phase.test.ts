import { defaultConfig, profiles } from '@tenfold/contracts'
import { phaseLaws } from '@tenfold/phase-kit/laws'
import { describe, expect, it } from 'vitest'
import type { Probe } from '../src/index.ts'
import phase from '../src/phase.ts'

const probe = (requested: string, status: Probe['status'], role: Probe['role'] = 'encoder'): Probe => ({
  role,
  requested,
  status,
  actual: null,
  reason: '',
  evidence: {},
})
const facts = {
  probes: [
    probe('coreml', 'unavailable'),
    probe('webgpu', 'usable'),
    probe('cuda', 'rejected-parity'),
    probe('metal', 'usable', 'generator'),
  ],
}

describe('phase laws', () => {
  it.each(phaseLaws)('$name', ({ check }) => {
    expect(() => check(phase)).not.toThrow()
    expect(() => check(phase, facts)).not.toThrow()
  })
})

describe('S2-18 what is tried', () => {
  const evidence = { incumbent: defaultConfig, trials: [], facts, profile: profiles.quick, accepted: [], seed: 1 }

  it('only devices that proved usable; without one, nothing', () => {
    const first = phase.propose?.(evidence)
    expect(first).toEqual({ 'metal.encoderDevice': 'webgpu' })
    const failed = { patch: first!, state: 'failed', ratios: {}, losses: {} } as const
    expect(phase.propose?.({ ...evidence, trials: [failed] })).toEqual({ 'metal.generatorDevice': 'metal' })
    expect(phase.propose?.({ ...evidence, facts: {} })).toBeUndefined()
  })
})
