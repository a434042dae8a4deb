import { describe, expect, it } from 'vitest'
import { definePhase, greedy, type Phase } from '../src/index.ts'
import { phaseLaws } from '../src/laws.ts'

const lawful: Phase = definePhase({
  id: 'db',
  reads: ['baseline'],
  knobs: ['db.vectors', 'db.mmapMib'],
  measure: ['store'],
  goals: [{ metric: 'store.ms', minEffect: 0.05 }],
  guards: [{ metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 }],
  propose: (evidence) =>
    greedy([{ 'db.vectors': 'int8' }, { 'db.mmapMib': 256 }, { 'db.vectors': 'int8' }], evidence, lawful),
})

const broken = (phase: Phase): string[] =>
  phaseLaws
    .filter(({ check }) => {
      try {
        check(phase)
        return false
      } catch {
        return true
      }
    })
    .map(({ name }) => name)

/** A phase that is lawful but for this. */
const but = (change: object): Phase => ({ ...lawful, ...change })

function greedyEater({ trials }: { trials: unknown[] }): object | undefined {
  return trials.push({}) === 1 ? { 'db.mmapMib': 256 } : undefined
}

describe('phaseLaws', () => {
  it('a lawful phase keeps them all', () => {
    expect(broken(lawful)).toEqual([])
  })

  let flip = false
  it.each<[string, Phase, RegExp]>([
    [
      'a knob that does not exist',
      but({ knobs: ['db.vectors', 'db.mmapMib', 'db.nothing'], goals: [], propose: undefined }),
      /in the table/,
    ],
    ['a knob of the owner', but({ knobs: ['db.vectors', 'db.mmapMib', 'rag.k'] }), /in the table/],
    ['reading a later phase', but({ reads: ['baseline', 'tuner'] }), /earlier phases only/],
    ['reading itself', but({ reads: ['baseline', 'db'] }), /earlier phases only/],
    ['an unknown metric', but({ guards: [{ metric: 'quality.charm', operator: '>=', margin: 0 }] }), /known metrics/],
    ['a goal without an effect', but({ goals: [{ metric: 'store.ms', minEffect: 0 }] }), /known metrics/],
    ['a goal no knob reaches', but({ goals: [{ metric: 'answer.firstTokenMs', minEffect: 0.1 }] }), /can be reached/],
    ['lossy knobs without guards', but({ guards: [] }), /guards quality/],
    ['a coin in propose', but({ propose: () => ((flip = !flip) ? { 'db.mmapMib': 256 } : undefined) }), /pure/],
    ['changing the evidence', but({ propose: greedyEater }), /pure/],
    [
      'a foreign knob',
      but({
        propose: ({ trials }: { trials: unknown[] }) => (trials.length ? undefined : { 'speed.batchTokens': 1024 }),
      }),
      /own knobs/,
    ],
    [
      'out of range',
      but({ propose: ({ trials }: { trials: unknown[] }) => (trials.length ? undefined : { 'db.mmapMib': -1 }) }),
      /own knobs/,
    ],
    [
      'the incumbent itself',
      but({ propose: ({ trials }: { trials: unknown[] }) => (trials.length ? undefined : { 'db.mmapMib': 0 }) }),
      /always changes/,
    ],
    [
      'the same again',
      but({ propose: ({ trials }: { trials: unknown[] }) => (trials.length > 1 ? undefined : { 'db.mmapMib': 7 }) }),
      /nothing twice/,
    ],
    [
      'no end',
      but({ propose: ({ trials }: { trials: unknown[] }) => ({ 'db.mmapMib': 1 + trials.length }) }),
      /comes to an end/,
    ],
  ])('%s breaks one', (_, phase, law) => {
    expect(
      broken(phase).some((name) => law.test(name)),
      broken(phase).join('; '),
    ).toBe(true)
  })
})
