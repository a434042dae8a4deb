import fc from 'fast-check'
import { expect, it } from 'vitest'
import { fitCeiling } from '../src/index.ts'

const rows = fc.array(
  fc.record({
    config: fc.nat(),
    peakPrivateBytes: fc.nat(1000),
    p50Ms: fc.integer({ min: 1, max: 20 }),
  }),
)

it('S2-4 the quickest configuration with 20 % of the ceiling free; none when none fits', () => {
  fc.assert(
    fc.property(rows, fc.nat(1000), (candidates, ceilingBytes) => {
      const best = fitCeiling(candidates, ceilingBytes)
      const fitting = candidates.filter(({ peakPrivateBytes }) => peakPrivateBytes <= 0.8 * ceilingBytes)
      if (!best) {
        expect(fitting).toEqual([])
        return
      }
      expect(fitting).toContain(best)
      expect(best.p50Ms).toBe(Math.min(...fitting.map(({ p50Ms }) => p50Ms)))
      const asQuick = fitting.filter(({ p50Ms }) => p50Ms === best.p50Ms)
      expect(best.peakPrivateBytes).toBe(Math.min(...asQuick.map(({ peakPrivateBytes }) => peakPrivateBytes)))
    }),
  )
})

it('a higher ceiling is never slower, and the candidates stay in their order', () => {
  fc.assert(
    fc.property(rows, fc.nat(1000), fc.nat(1000), (candidates, low, more) => {
      const before = structuredClone(candidates)
      const [tight, wide] = [fitCeiling(candidates, low), fitCeiling(candidates, low + more)]
      if (tight) expect(wide!.p50Ms).toBeLessThanOrEqual(tight.p50Ms)
      expect(candidates).toEqual(before)
    }),
  )
})
