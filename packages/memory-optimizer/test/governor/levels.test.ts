import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hysteresisShare, isAtLeast, type MemoryLevel, memoryLevels, nextLevel } from '../../src/governor/levels.ts'
import { ceilingFor, macMini16GbCeilingBytes } from '../../src/index.ts'

const ceiling = 1000
const after = (uses: readonly number[], from: MemoryLevel = 'normal') => {
  let level = from
  return uses.map((used) => (level = nextLevel(level, used, ceiling)))
}

describe('S2-44 levels of the ceiling', () => {
  it.each([
    [749, 'normal'],
    [750, 'shrink'],
    [850, 'unload'],
    [919, 'unload'],
    [920, 'refuse'],
    [5000, 'refuse'],
  ])('%d of 1000 bytes: %s', (used, level) => {
    expect(after([used])).toEqual([level])
  })

  it('a level ends 5 % below where it began', () => {
    expect(after([930, 880, 860, 801, 790, 701, 690])).toEqual([
      'refuse',
      'refuse',
      'unload',
      'unload',
      'shrink',
      'shrink',
      'normal',
    ])
  })

  it('does not flap: use that wavers by less than 5 % of the ceiling changes a level in one direction only', () => {
    const waver = fc.array(fc.double({ min: 0, max: 0.999, noNaN: true }), { minLength: 1, maxLength: 50 })
    fc.assert(
      fc.property(
        fc.constantFrom(...memoryLevels),
        fc.double({ min: 0, max: 1.2, noNaN: true }),
        waver,
        (from, at, steps) => {
          // from the second on: the first may fall from where use was before
          const seen = after(
            steps.map((step) => (at + step * hysteresisShare) * ceiling),
            from,
          )
          for (const [i, level] of seen.entries()) {
            if (i > 0) expect(isAtLeast(level, seen[i - 1]!)).toBe(true)
          }
        },
      ),
    )
  })

  it('is never lower than use asks for', () => {
    fc.assert(
      fc.property(fc.constantFrom(...memoryLevels), fc.nat(1200), (from, used) => {
        expect(isAtLeast(nextLevel(from, used, ceiling), nextLevel('normal', used, ceiling))).toBe(true)
      }),
    )
  })
})

describe('the ceiling of a process that was given none', () => {
  const gib = 2 ** 30
  it.each([
    ['1 GiB is left to the rest of a small machine', 4 * gib, null, 3 * gib],
    ['15 % of a large one', 20 * gib, null, 17 * gib],
    ['a container counts, not the machine around it', 20 * gib, 4 * gib, 3 * gib],
    ['half of a container too small for the reserve', 20 * gib, 300e6, 150e6],
    ['no limit that is above what is free', 2 * gib, 8 * gib, gib],
  ])('%s', (_, available, limit, expected) => {
    expect(ceilingFor(available, limit)).toBe(expected)
  })

  it('S2-4 12,000 MB for a machine with 16 GB', () => {
    expect(macMini16GbCeilingBytes).toBe(12_000_000_000)
  })
})
