import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { meanOfRows } from '../src/look-up.ts'
import { quantise, spaceOf } from '../src/table.ts'
import { ensureTable } from '../src/table-cache.ts'
import { readTable, writeTable } from '../src/table-file.ts'
import { dot, folder, tableOf } from './fixture.ts'

describe('quantise', () => {
  it('is off by no more than half a step, and keeps the largest value of a row', () => {
    const row = fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -1e6, max: 1e6 }), {
      minLength: 4,
      maxLength: 4,
    })
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 5 }), (rows) => {
        const values = Float32Array.from(rows.flat())
        const { codes, scales } = quantise(values, 4)
        for (const [at, value] of values.entries()) {
          const scale = scales[at >> 2]!
          expect(Math.abs(codes[at]! * scale - value)).toBeLessThanOrEqual(0.5 * scale * 1.0001 + 1e-40)
          expect(codes[at]).toBeGreaterThanOrEqual(-127)
        }
      }),
    )
  })
})

describe('meanOfRows', () => {
  it('is the mean of the rows of its tokens, brought to length 1, repeated tokens counted as often', () => {
    const table = tableOf(20, 6)
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 19 }), { minLength: 1, maxLength: 30 }), (ids) => {
        const mean = Array.from({ length: 6 }, (_, k) => {
          const values = ids.map((id) => table.codes[id * 6 + k]! * table.scales[id]!)
          return values.reduce((sum, x) => sum + x, 0) / ids.length
        })
        const length = Math.sqrt(dot(mean, mean))
        const into = new Float32Array(12)
        meanOfRows(table, Int32Array.from(ids), into, 6)
        for (const [k, value] of mean.entries()) expect(into[6 + k]).toBeCloseTo(value / length, 5)
        expect([...into.subarray(0, 6)]).toEqual([0, 0, 0, 0, 0, 0])
      }),
    )
  })

  it('gives zeros where no token is known', () => {
    const table = { dims: 2, ...quantise(Float32Array.of(0, 0, 1, 1), 2) }
    const into = new Float32Array(2).fill(9)
    meanOfRows(table, Int32Array.of(0, 0), into, 0)
    expect([...into]).toEqual([0, 0])
  })
})

describe('table file', () => {
  it('reads what it wrote, under its key only', async () => {
    const path = join(folder(), 't.bin')
    const table = tableOf(50, 8)
    await writeTable(path, 'k', table)
    expect(await readTable(path, 'k')).toEqual(table)
    expect(await readTable(path, 'other')).toBeUndefined()
    expect(await readTable(`${path}.not`, 'k')).toBeUndefined()
  })

  it('takes no file that is cut or altered anywhere', async () => {
    const path = join(folder(), 't.bin')
    await writeTable(path, 'k', tableOf(5, 4))
    const whole = readFileSync(path)
    for (let at = 0; at < whole.length; at++) {
      const changed = Buffer.from(whole)
      changed[at]! ^= 1
      writeFileSync(path, changed)
      const read = await readTable(path, 'k')
      expect(read === undefined || spaceOf(read) === spaceOf(tableOf(5, 4)), `byte ${at}`).toBe(true)
      writeFileSync(path, whole.subarray(0, at))
      expect(await readTable(path, 'k'), `cut at ${at}`).toBeUndefined()
    }
  })
})

describe('ensureTable', () => {
  it('makes a table once, and again when it was altered', async () => {
    const place = join(folder(), 'static')
    let made = 0
    const make = async () => {
      made++
      return tableOf(9, 4)
    }
    const table = await ensureTable(place, 'k', make)
    expect(await ensureTable(place, 'k', make)).toEqual(table)
    expect(made).toBe(1)
    const bytes = readFileSync(join(place, 'k.bin'))
    bytes[bytes.length - 1]! ^= 1
    writeFileSync(join(place, 'k.bin'), bytes)
    expect(await ensureTable(place, 'k', make)).toEqual(table)
    expect(made).toBe(2)
  })

  it('leaves nothing behind when making or writing fails', async () => {
    const place = folder()
    await expect(ensureTable(place, 'k', () => Promise.reject(new Error('no model')))).rejects.toThrow('no model')
    const broken = { ...tableOf(3, 2), codes: undefined as unknown as Int8Array }
    await expect(ensureTable(place, 'k', async () => broken)).rejects.toThrow()
    expect(readdirSync(place)).toEqual([])
  })
})
