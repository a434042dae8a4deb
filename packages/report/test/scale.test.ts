import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { histogram, linearScale, logScale, ratioRange, ratioTicks } from '../src/svg/scale.ts'
import { sharedRange } from '../src/svg/spread.ts'
import { stack } from '../src/svg/stack.ts'

const positive = fc.double({ min: 0.01, max: 100, noNaN: true })

describe('scales', () => {
  it('put the ends at 0 and 100 and cut off what lies outside', () => {
    const scale = linearScale(10, 20)
    expect([5, 10, 12.5, 20, 99].map(scale)).toEqual([0, 0, 25, 100, 100])
    expect(linearScale(3, 3)(3)).toBe(50)
  })

  it('never reverse the order', () => {
    fc.assert(
      fc.property(positive, positive, positive, positive, (a, b, x, y) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)]
        for (const scale of [linearScale(low, high), logScale(low, high)]) {
          expect(Math.sign(scale(x) - scale(y)) * Math.sign(x - y)).toBeGreaterThanOrEqual(0)
          expect(scale(x)).toBeGreaterThanOrEqual(0)
          expect(scale(x)).toBeLessThanOrEqual(100)
        }
      }),
    )
  })

  it('are symmetric for ratios: half and double lie as far from 1', () => {
    const scale = logScale(0.25, 4)
    expect(scale(1)).toBe(50)
    expect(scale(1) - scale(0.5)).toBe(scale(2) - scale(1))
  })

  it('show every ratio and 1, with ticks inside', () => {
    fc.assert(
      fc.property(fc.array(positive, { maxLength: 8 }), (ratios) => {
        const [low, high] = ratioRange(ratios)
        for (const ratio of [...ratios, 1]) expect(low < ratio && ratio < high).toBe(true)
        const ticks = ratioTicks(low, high)
        expect(ticks).toContain(1)
        expect(ticks.every((tick) => tick >= low * 0.99 && tick <= high * 1.01)).toBe(true)
      }),
    )
  })
})

describe('charts', () => {
  it('lose no value in a histogram', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -5, max: 5, noNaN: true })), (values) => {
        expect(histogram(values, -1, 1, 7).reduce((a, b) => a + b, 0)).toBe(values.length)
      }),
    )
    expect(histogram([0, 1, 2, 3], 0, 4, 4)).toEqual([1, 1, 1, 1])
  })

  it('keep both states on one axis', () => {
    const [low, high] = sharedRange([5, 6], [1, 2])
    expect(low).toBeLessThanOrEqual(1)
    expect(high).toBeGreaterThanOrEqual(6)
  })

  it('stack parts end to end', () => {
    const parts = [
      { name: 'a', value: 1, style: 's0' },
      { name: 'b', value: 3, style: 's1' },
    ]
    const { markup } = stack(parts, { label: 'both', total: 8, offset: 2 })
    expect(
      [...markup.matchAll(/x="([\d.]+)%" width="([\d.]+)%"/g)].map(([, x, width]) => [Number(x), Number(width)]),
    ).toEqual([
      [25, 12.5],
      [37.5, 37.5],
    ])
  })
})
