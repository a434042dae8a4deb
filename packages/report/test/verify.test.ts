import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import type { FinalHandoff } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { differences, verifyFinal } from '../src/verify.ts'
import { writeReport } from '../src/write.ts'
import { fixture, storeOf } from './fixture.ts'

const written = () => {
  const store = storeOf(fixture())
  return { store, final: writeReport(store) }
}

const edit = (file: string, change: (text: string) => string) => writeFileSync(file, change(readFileSync(file, 'utf8')))

describe('verifyFinal', () => {
  it('finds nothing in what was just written', () => {
    expect(verifyFinal(written().store)).toEqual([])
  })

  it('names the field of an altered digit, by the seal and by deriving it again', () => {
    const { store, final } = written()
    const value = String(final.after_metrics.memory_usage_mb)
    edit(store.fileOf('final'), (text) =>
      text.replace(
        value,
        value.replace(/\d$/, (digit) => String((Number(digit) + 1) % 10)),
      ),
    )
    const findings = verifyFinal(store)
    expect(findings.map(({ field }) => field)).toEqual([
      'after_metrics.memory_usage_mb',
      'after_metrics.memory_usage_mb',
    ])
    expect(findings[1]!.problem).toContain(`the handoffs give ${value}`)
  })

  it('still names altered fields when the handoffs are gone', () => {
    const { store } = written()
    edit(store.fileOf('final'), (text) => text.replace('"phase": 10,', '"phase":  10,'))
    rmSync(store.fileOf('cache'))
    expect(verifyFinal(store).map(({ field }) => field)).toEqual(['(white space or number form)', ''])
  })

  it('is not deceived by a new seal: a forged file sealed again still differs from the handoffs', () => {
    const { store, final } = written()
    const targets = final.targets.map((row) => ({ ...row, met: true }))
    store.writeFinal({ ...final, targets } satisfies FinalHandoff)
    expect(verifyFinal(store).map(({ field }) => field)).toEqual(['targets["2"].met', 'targets["3"].met'])
  })

  it('sees a handoff that was changed after the report', () => {
    const { store } = written()
    const memory = store.read('memory')
    store.write({ ...memory, reason: 'another' })
    const fields = verifyFinal(store).map(({ field }) => field)
    expect(fields).toEqual(['upstream["2"].sha256', 'phases["2"].reason'])
  })

  it.each([
    ['a handoff is missing', (store: ReturnType<typeof storeOf>) => rmSync(store.fileOf('db')), 'does not exist'],
    [
      'a handoff is cut short',
      (store: ReturnType<typeof storeOf>) => edit(store.fileOf('db'), (text) => text.slice(0, 900)),
      'is not JSON',
    ],
    [
      'a handoff is of another run',
      (store: ReturnType<typeof storeOf>) => store.write({ ...store.read('db'), runId: 'other' }),
      'is of run other',
    ],
    [
      'the samples are damaged',
      (store: ReturnType<typeof storeOf>) =>
        edit(path.join(store.folder, 'phase_10_6_samples.ndjson'), (text) => text.slice(5)),
      'cannot be read',
    ],
    [
      'the report was never written',
      (store: ReturnType<typeof storeOf>) => rmSync(store.fileOf('final')),
      'does not exist',
    ],
  ])('says so when %s', (_, spoil, problem) => {
    const { store } = written()
    spoil(store)
    const findings = verifyFinal(store)
    expect(findings).toHaveLength(1)
    expect(findings[0]!.problem).toContain(problem)
  })

  it('leaves a former report whole when the handoffs cannot be read', () => {
    const { store } = written()
    const before = readFileSync(store.fileOf('final'), 'utf8')
    rmSync(store.fileOf('speed'))
    expect(() => writeReport(store)).toThrow(/does not exist/)
    expect(readFileSync(store.fileOf('final'), 'utf8')).toBe(before)
  })
})

describe('differences', () => {
  it('names leaves, missing and added keys, and a change of shape', () => {
    const fields = (a: unknown, b: unknown) => differences(a, b).map(({ field }) => field)
    expect(fields({ a: { b: 1 } }, { a: { b: 1 } })).toEqual([])
    expect(fields({ a: { b: 1 }, c: 2 }, { a: { b: 2 }, d: 2 })).toEqual(['a.b', 'c', 'd'])
    expect(fields({ a: [1, 2] }, { a: [1] })).toEqual(['a["1"]'])
    expect(fields({ a: [] }, { a: {} })).toEqual(['a'])
    expect(fields({ 'x.y': 1 }, { 'x.y': 2 })).toEqual(['["x.y"]'])
  })
})
