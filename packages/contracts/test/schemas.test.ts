import { describe, expect, it } from 'vitest'
import {
  defineSettings,
  type ErrorCode,
  errorExitCodes,
  exitCodes,
  messageOf,
  PipelineError,
  phaseFiles,
  phaseIds,
} from '../src/index.ts'
import { handoffSchema, sampleLineSchema, settingsSchema, summarySchema } from '../src/schemas.ts'

const summary = { samples: 's', n: 1, mean: 1, stdev: 0, min: 1, max: 1, p50: 1, p95: null, p99: null }

describe('schemas are strict', () => {
  it.each([
    ['summary', summarySchema, summary],
    ['values', sampleLineSchema, { kind: 'values', id: 'a', values: [1] }],
    ['paired', sampleLineSchema, { kind: 'paired', id: 'a', before: [1], after: [1] }],
    ['settings', settingsSchema, {}],
  ] as const)('%s takes its own fields and no other', (_, schema, value) => {
    expect(schema.safeParse(value).success).toBe(true)
    expect(schema.safeParse({ ...value, extra: 1 }).success).toBe(false)
  })

  it('a figure must be a number: what could not be measured is null where null is allowed', () => {
    expect(summarySchema.safeParse({ ...summary, mean: null }).success).toBe(false)
    expect(summarySchema.safeParse({ ...summary, mean: Number.NaN }).success).toBe(false)
    expect(summarySchema.safeParse({ ...summary, p95: 3 }).success).toBe(true)
    expect(summarySchema.safeParse({ ...summary, n: 0 }).success).toBe(false)
  })

  it('a handoff of another version or of an unknown phase is refused', () => {
    const paths = (value: unknown) => handoffSchema.safeParse(value).error?.issues.map((issue) => issue.path.join('.'))
    expect(paths({ schema: 'tenfold.handoff/2', phase: 'lunch' })).toEqual(
      expect.arrayContaining(['schema', 'phase', 'ledger']),
    )
  })

  it('settings have defaults for every field', () => {
    expect(settingsSchema.parse(defineSettings({}))).toEqual({
      target: '@tenfold/rag',
      data: 'default',
      profile: 'quick',
      start: 'defaults',
      config: {},
    })
  })
})

describe('errors', () => {
  it('every code leads to its documented exit code', () => {
    const expected: Record<number, ErrorCode[]> = {
      1: ['EVIDENCE_ALTERED'],
      2: [
        'CONFIG_UNKNOWN_KEY',
        'CONFIG_OUT_OF_RANGE',
        'HANDOFF_MISSING',
        'HANDOFF_STALE',
        'HANDOFF_INVALID',
        'DATA_EMPTY',
      ],
      3: ['MODEL_UNAVAILABLE', 'MODEL_HASH_MISMATCH', 'ENGINE_UNAVAILABLE', 'TARGET_FAILED'],
      130: ['INTERRUPTED'],
    }
    for (const [exit, codes] of Object.entries(expected)) {
      for (const code of codes) expect(new PipelineError(code, 'what', 'way out').exitCode, code).toBe(Number(exit))
    }
    const known = new Set<number>(Object.values(exitCodes))
    for (const exit of Object.values(errorExitCodes)) expect(known.has(exit)).toBe(true)
    expect(Object.values(errorExitCodes)).not.toContain(exitCodes.pass)
  })

  it('keeps message, hint and cause', () => {
    const cause = new Error('root')
    const error = new PipelineError('TARGET_FAILED', 'broke', 'mend it', { cause })
    expect([error.message, error.hint, error.cause, error.name]).toEqual(['broke', 'mend it', cause, 'PipelineError'])
    expect([messageOf(error), messageOf('text'), messageOf(undefined)]).toEqual(['broke', 'text', 'undefined'])
  })
})

describe('S2-1 S2-38 files of the phases', () => {
  it('phase 8 comes first, 9 next, then 10.1 to 10.6 in order', () => {
    expect(phaseIds.map((phase) => phaseFiles[phase])).toEqual([
      'phase_8',
      'phase_9',
      'phase_10_1',
      'phase_10_2',
      'phase_10_3',
      'phase_10_4',
      'phase_10_5',
      'phase_10_6',
    ])
  })
})
