import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  defaultConfig,
  describeDomain,
  diffConfig,
  isInDomain,
  type Knob,
  type KnobDomain,
  knobKeys,
  knobs,
  metrics,
  PipelineError,
  parseConfig,
  workloadOf,
} from '../src/index.ts'

function thrown(work: () => unknown): PipelineError {
  try {
    work()
  } catch (error) {
    if (error instanceof PipelineError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

const table: [string, Knob][] = Object.entries(knobs)

describe('the table of knobs', () => {
  it.each(table)('%s: default and levels lie inside the domain', (_, { domain, default: value, levels }) => {
    expect(isInDomain(domain, value)).toBe(true)
    for (const level of levels) expect(isInDomain(domain, level), String(level)).toBe(true)
    expect(levels, 'the default is a level').toContain(value)
    expect(new Set(levels).size).toBe(levels.length)
  })

  it('a knob that is searched says what it affects', () => {
    for (const [key, { levels, affects }] of table) {
      if (levels.length > 1 && !key.startsWith('rag.')) expect(affects.length, key).toBeGreaterThan(0)
    }
  })

  it('every metric but quality and ingest belongs to a workload', () => {
    const workloads = new Set(Object.keys(metrics).map((metric) => workloadOf(metric as keyof typeof metrics)))
    for (const [key, { affects }] of table) {
      for (const workload of affects) expect(workloads.has(workload), `${key} affects ${workload}`).toBe(true)
    }
  })
})

describe('parseConfig', () => {
  it('completes a partial configuration and leaves the base alone', () => {
    const base = { ...defaultConfig, 'rag.k': 7 }
    expect(parseConfig({ 'db.vectors': 'int8' }, base)).toEqual({ ...base, 'db.vectors': 'int8' })
    expect(base['db.vectors']).toBe('f32')
    expect(parseConfig({})).toEqual(defaultConfig)
  })

  it.each([
    ['db.cacheKb', 'db.cacheKib'],
    ['db.mmap', 'db.mmapMib'],
    ['speed.precison', 'speed.precision'],
    ['cache.queryentries', 'cache.queryEntries'],
    ['memory.contextToken', 'memory.contextTokens'],
  ])('an unknown key %s suggests %s', (wrong, right) => {
    const error = thrown(() => parseConfig({ [wrong]: 1 }))
    expect(error.code).toBe('CONFIG_UNKNOWN_KEY')
    expect(error.exitCode).toBe(2)
    expect(error.message).toContain(wrong)
    expect(error.hint).toContain(right)
  })

  it.each(['constructor', 'toString', 'hasOwnProperty', ''])('%j is not a knob', (key) => {
    expect(thrown(() => parseConfig({ [key]: 1 })).code).toBe('CONFIG_UNKNOWN_KEY')
  })

  it.each([
    ['rag.k', 0, '1 to 100'],
    ['rag.k', 2.5, 'whole number'],
    ['rag.k', '5', 'whole number'],
    ['db.ftsMaxDocShare', 1.01, '0.05 to 1'],
    ['db.ftsMaxDocShare', Number.NaN, '0.05 to 1'],
    ['db.vectors', 'f64', 'f32, int8, bit'],
    ['memory.arena', 'yes', 'true or false'],
  ])('%s = %j is refused with the allowed range', (key, value, range) => {
    const error = thrown(() => parseConfig({ [key]: value }))
    expect(error.code).toBe('CONFIG_OUT_OF_RANGE')
    expect(error.message).toContain(JSON.stringify(value))
    expect(error.hint).toContain(range)
    expect(error.hint).toContain(JSON.stringify(knobs[key as keyof typeof knobs].default))
  })

  const inDomain = (domain: KnobDomain): fc.Arbitrary<unknown> => {
    switch (domain.kind) {
      case 'flag':
        return fc.boolean()
      case 'choice':
        return fc.constantFrom(...domain.values)
      case 'int':
        return fc.integer({ min: domain.min, max: domain.max })
      case 'real':
        return fc.double({ min: domain.min, max: domain.max, noNaN: true })
    }
  }
  const oneSetting = fc
    .constantFrom(...knobKeys)
    .chain((key) => inDomain(knobs[key].domain).map((value) => [key, value] as const))

  it('takes exactly what isInDomain takes, and changes that key alone', () => {
    fc.assert(
      fc.property(oneSetting, ([key, value]) => {
        const config = parseConfig({ [key]: value })
        expect(config[key]).toBe(value)
        expect(Object.keys(diffConfig(defaultConfig, config)).every((changed) => changed === key)).toBe(true)
      }),
    )
    fc.assert(
      fc.property(fc.constantFrom(...knobKeys), fc.anything(), (key, value) => {
        fc.pre(!isInDomain(knobs[key].domain, value))
        expect(thrown(() => parseConfig({ [key]: value })).code).toBe('CONFIG_OUT_OF_RANGE')
      }),
    )
  })

  it('a domain in words names its limits', () => {
    expect(describeDomain({ kind: 'int', min: 1, max: 9, unit: 'texts' })).toBe('a whole number from 1 to 9 (texts)')
  })
})

describe('diffConfig', () => {
  it('patching with the right side of a diff gives the other configuration', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...knobKeys), { maxLength: 6 }), (keys) => {
        const other = parseConfig(Object.fromEntries(keys.map((key) => [key, knobs[key].levels.at(-1)])))
        const to = Object.fromEntries(
          Object.entries(diffConfig(defaultConfig, other)).map(([key, both]) => [key, both.to]),
        )
        expect(parseConfig(to)).toEqual(other)
      }),
    )
  })
})
