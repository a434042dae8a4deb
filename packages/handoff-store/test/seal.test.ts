import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { asJson, brokenFields, openHandoffStore } from '../src/index.ts'
import { leaves } from '../src/seal.ts'
import { handoffOf, temporaryFolder } from './fixture.ts'

type Step = string | number

/** The way to every leaf of a JSON value. */
function* ways(value: unknown, way: Step[] = []): Generator<Step[]> {
  if (value === null || typeof value !== 'object' || Object.keys(value).length === 0) yield way
  else if (Array.isArray(value)) for (const [i, child] of value.entries()) yield* ways(child, [...way, i])
  else for (const [key, child] of Object.entries(value)) yield* ways(child, [...way, key])
}

function altered(value: unknown, way: Step[], digit: number): unknown {
  const copy = structuredClone(value)
  let parent = copy as Record<Step, unknown>
  for (const step of way.slice(0, -1)) parent = parent[step] as Record<Step, unknown>
  const key = way.at(-1)!
  const old = parent[key]
  if (typeof old === 'number') parent[key] = old + (digit + 1) / 1000
  else if (typeof old === 'boolean') parent[key] = !old
  else if (typeof old === 'string') parent[key] = `${old.slice(0, -1)}${digit}${old.slice(-1)}`
  else parent[key] = digit
  return copy
}

/** A way as the seal writes it. */
const named = (way: Step[]) =>
  way.map((step, i) => (/^[A-Za-z_]\w*$/.test(`${step}`) ? (i ? `.${step}` : step) : `["${step}"]`)).join('')

function written() {
  const store = openHandoffStore(temporaryFolder())
  const handoff = handoffOf('baseline')
  store.write(handoff)
  return { file: store.fileOf('baseline'), handoff }
}

describe('seal', () => {
  it('an untouched file has no broken fields', () => {
    expect(brokenFields(written().file)).toEqual([])
  })

  it('one altered leaf, any of them: exactly that field is named', () => {
    const { file, handoff } = written()
    const all = [...ways(handoff)]
    expect(all.length).toBeGreaterThan(80)
    fc.assert(
      fc.property(fc.constantFrom(...all), fc.nat(9), (way, digit) => {
        writeFileSync(file, asJson(altered(handoff, way, digit)))
        expect(brokenFields(file)).toEqual([named(way)])
      }),
      { numRuns: 200 },
    )
  })

  it('removed and added fields are named', () => {
    const { file, handoff } = written()
    const { reason: _, ...rest } = handoff
    writeFileSync(file, asJson({ ...rest, extra: { deep: 1 } }))
    expect(brokenFields(file)).toEqual(['reason', 'extra.deep'])
  })

  it('says so when only the form changed, when it is no JSON, and when the seal is gone', () => {
    const { file, handoff } = written()
    writeFileSync(file, JSON.stringify(handoff))
    expect(brokenFields(file)).toEqual(['(white space or number form)'])
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, -5))
    expect(brokenFields(file)).toEqual(['(not JSON any more)'])
    rmSync(file.replace('.json', '.seal.json'))
    expect(brokenFields(file)).toEqual(['(seal missing or unreadable)'])
  })

  it('no two leaves of any JSON value share a name', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const names = [...leaves(value)].map(([name]) => name)
        expect(new Set(names).size).toBe(names.length)
      }),
    )
  })
})
