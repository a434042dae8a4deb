import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { BatchModel } from '../src/index.ts'

const mib = 2 ** 20
const batches = fc.array(
  fc.record({ rows: fc.integer({ min: 1, max: 128 }), length: fc.constantFrom(32, 64, 128, 256, 512) }),
  { minLength: 2, maxLength: 200 },
)

describe('S2-5 BatchModel', () => {
  it('recovers a and b of exact observations', () => {
    fc.assert(
      fc.property(batches, fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 5000 }), (seen, a, b) => {
        fc.pre(new Set(seen.map(({ rows, length }) => rows * length)).size > 1)
        const model = new BatchModel({ ceilingBytes: 1e12, maxRows: 128 })
        for (const { rows, length } of seen) model.observe({ rows, length, bytes: a * mib + b * rows * length })
        const fit = model.fit()!
        expect(fit.bytesPerToken / b).toBeCloseTo(1, 3)
        expect(Math.abs(fit.fixedBytes - a * mib)).toBeLessThan(0.001 * (a * mib + b * 65536))
      }),
    )
  })

  it('what it gives is predicted to leave 20 % of the ceiling free, or is one row; longer texts never get more rows', () => {
    fc.assert(
      fc.property(
        batches,
        fc.integer({ min: 0, max: 150e6 }),
        fc.integer({ min: 1, max: 128 }),
        (seen, ceilingBytes, maxRows) => {
          const model = new BatchModel({ ceilingBytes, maxRows })
          for (const [i, { rows, length }] of seen.entries())
            model.observe({ rows, length, bytes: 50 * mib + 4000 * rows * length + (i % 7) * mib })
          const fit = model.fit()
          const rowsFor = [32, 64, 128, 256, 512].map((length) => model.rowsFor(length))
          for (const [i, rows] of rowsFor.entries()) {
            expect(rows).toBeGreaterThanOrEqual(1)
            expect(rows).toBeLessThanOrEqual(maxRows)
            if (i > 0) expect(rows).toBeLessThanOrEqual(rowsFor[i - 1]!)
            if (!fit || rows === 1) continue
            const predicted = fit.fixedBytes + fit.bytesPerToken * rows * 32 * 2 ** i
            if (fit.bytesPerToken > 0) expect(predicted).toBeLessThanOrEqual(0.8 * ceilingBytes * (1 + 1e-9))
          }
        },
      ),
    )
  })

  const clean = (model: BatchModel, count: number) => {
    for (let i = 0; i < count; i++) model.observe({ rows: 8, length: 64, bytes: mib })
  }

  it('halves at an alarm, never below one row', () => {
    const model = new BatchModel({ ceilingBytes: 1e12, maxRows: 128 })
    const seen = Array.from({ length: 5 }, () => {
      model.alarm()
      return model.rowsFor(64)
    })
    expect(seen).toEqual([4, 2, 1, 1, 1])
  })

  it('grows by one bucket after 50 clean batches in a row, up to the most rows; an alarm starts the count again', () => {
    const model = new BatchModel({ ceilingBytes: 1e12, maxRows: 20 })
    expect(model.rowsFor(64)).toBe(8)
    clean(model, 49)
    expect(model.rowsFor(64)).toBe(8)
    clean(model, 1)
    expect(model.rowsFor(64)).toBe(12)
    clean(model, 49)
    model.alarm()
    expect(model.rowsFor(64)).toBe(6)
    clean(model, 49)
    expect(model.rowsFor(64)).toBe(6)
    clean(model, 1 + 50 * 10)
    expect(model.rowsFor(64)).toBe(20)
  })

  it('one size of batches says nothing about others', () => {
    const model = new BatchModel({ ceilingBytes: 1, maxRows: 32 })
    clean(model, 10)
    expect([model.fit(), model.rowsFor(512)]).toEqual([undefined, 8])
  })

  it.each([
    { rows: 0, length: 8, bytes: 1 },
    { rows: 8, length: Number.NaN, bytes: 1 },
    { rows: 8, length: 8, bytes: -1 },
    { rows: 8, length: 8, bytes: Number.POSITIVE_INFINITY },
  ])('refuses an observation that is none: %o', (seen) => {
    const model = new BatchModel({ ceilingBytes: 1, maxRows: 32 })
    expect(() => model.observe(seen)).toThrow(RangeError)
  })
})
