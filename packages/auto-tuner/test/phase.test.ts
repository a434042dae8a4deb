import { phaseLaws } from '@tenfold/phase-kit/laws'
import { describe, expect, it } from 'vitest'
import phase from '../src/phase.ts'

describe('phase laws', () => {
  it.each(phaseLaws)('$name', ({ check }) => {
    expect(() => check(phase)).not.toThrow()
  })
})
