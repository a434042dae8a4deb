import { type Config, defaultConfig, phaseIds } from '@tenfold/contracts'
import { finalSchema } from '@tenfold/contracts/schemas'
import { describe, expect, it } from 'vitest'
import { buildFinal } from '../src/final.ts'
import { fixture, storeOf, unchangedFixture } from './fixture.ts'

const build = ({ handoffs, samples } = fixture()) => buildFinal(handoffs, samples)

describe('buildFinal (S2-38, S2-39)', () => {
  it('gives every field of the output format, from measured values', () => {
    const { handoffs } = fixture()
    const final = build()
    expect(finalSchema.parse(final)).toEqual(final)
    const { before, after, verdicts } = handoffs.tuner
    expect(final.before_metrics.retrieval_latency_ms).toBe(before['query.ms']!.p50)
    expect(final.after_metrics.tokens_per_second).toBe(after['answer.tokensPerSecond']!.mean)
    expect(final.after_metrics.memory_usage_mb).toBe(after['memory.peakPrivateBytes']!.p50 / 2 ** 20)
    const ratio = (metric: string) =>
      verdicts.find((verdict) => verdict.role === 'total' && verdict.metric === metric)!.ratio
    expect(final.performance_improvements).toEqual({
      memory_reduction_percent: 100 * (1 - ratio('memory.peakPrivateBytes')),
      speed_increase_percent: 100 * (1 / ratio('embed.ms') - 1),
      cache_hit_rate: 0.43,
      metal_utilization: null,
    })
    expect(final.optimizations_applied).toEqual({
      memory_mapping: true,
      dynamic_batching: false,
      mps_acceleration: false,
      database_indices: false,
      caching_layers: true,
      auto_tuning: false,
    })
    expect(final.timestamp).toBe(handoffs.tuner.createdAt)
  })

  it('is pure: the same input gives the same bytes', () => {
    expect(JSON.stringify(build())).toBe(JSON.stringify(build()))
  })

  it('names all eight handoffs by the hash of their files', () => {
    const made = fixture()
    const store = storeOf(made)
    const handoffs = Object.fromEntries(phaseIds.map((phase) => [phase, store.read(phase)])) as typeof made.handoffs
    expect(buildFinal(handoffs, made.samples).upstream).toEqual(
      phaseIds.map((phase) => ({ phase, sha256: store.hashOf(phase) })),
    )
  })

  it('claims no gain where nothing changed, and invents no second measurement', () => {
    const final = build(unchangedFixture())
    expect(final.performance_improvements).toMatchObject({
      memory_reduction_percent: 0,
      speed_increase_percent: 0,
      cache_hit_rate: 0,
    })
    expect(final.before_metrics.retrieval_latency_ms).toBeGreaterThan(0)
    expect(final.after_metrics).toEqual({ tokens_per_second: null, memory_usage_mb: null, retrieval_latency_ms: null })
    expect(Object.values(final.optimizations_applied)).toEqual(Array(6).fill(false))
    expect(final.targets.filter((row) => row.met).map((row) => row.requirement)).toEqual(['S2-44'])
  })

  it('is null, not zero, for what was changed but not compared or not measured', () => {
    const made = fixture()
    made.handoffs.tuner.verdicts = []
    made.handoffs.tuner.before = {}
    made.handoffs.tuner.after = {}
    const final = build(made)
    expect(Object.values(final.performance_improvements)).toEqual([null, null, null, null])
    expect(Object.values({ ...final.before_metrics, ...final.after_metrics })).toEqual([null, null, null])
  })

  it.each([
    ['dynamic_batching', { 'speed.batchTokens': 1024 }],
    ['dynamic_batching', { 'memory.batchCeiling': 8 }],
    ['mps_acceleration', { 'metal.generatorDevice': 'metal' }],
    ['database_indices', { 'db.collectionIndex': true }],
    ['database_indices', { 'db.analyze': 'full' }],
    ['memory_mapping', { 'memory.weights': 'mmap' }],
    ['caching_layers', { 'cache.embeddingEntries': 1 }],
  ] satisfies [string, Partial<Config>][])('%s is what %o applies, alone', (name, patch) => {
    const made = unchangedFixture()
    made.handoffs.tuner.config = { ...defaultConfig, ...patch }
    const applied = Object.entries(build(made).optimizations_applied).filter(([, on]) => on)
    expect(applied).toEqual([[name, true]])
  })

  it('counts auto-tuning only when the tuner itself improved something', () => {
    const made = unchangedFixture()
    made.handoffs.tuner.outcome = 'improved'
    expect(build(made).optimizations_applied.auto_tuning).toBe(true)
  })
})

describe('recommendations', () => {
  const said = (made = fixture()) => build(made).optimization_recommendations

  it('follow from the data, each one sentence', () => {
    const advice = said()
    expect(advice.find((line) => line.includes('prefill'))).toMatch(
      /69 % of an answer .* so try speed.prefixReuse next\.$/,
    )
    expect(advice).toContain(
      'Drop cache.retrievalEntries 1000 for simplicity: without it the final system is equivalent on stream.ms.',
    )
    expect(advice.find((line) => line.includes('speed.prefixReuse true'))).toContain('TENFOLD_PROFILE=standard')
    expect(advice.find((line) => line.startsWith('No accelerator'))).toContain('cuda, vulkan')
    for (const line of advice) expect(line).toMatch(/^[A-Z].*\.$/)
  })

  it('are none when the data give no reason', () => {
    const made = unchangedFixture()
    for (const phase of phaseIds) made.handoffs[phase].details = {}
    expect(said(made)).toEqual([])
  })

  it('leave an undecided metric alone when its change was accepted for another', () => {
    expect(said().join('\n')).not.toContain('to decide speed.precision int8')
  })

  it('name a killed process once, and keep long messages short', () => {
    const made = fixture()
    made.handoffs.speed.warnings = ['trial 1 was killed by SIGKILL.', `many\nlines ${'x'.repeat(900)}`]
    const lines = said(made).filter((line) => line.includes('speed'))
    expect(lines.filter((line) => line.includes('SIGKILL'))).toEqual([
      'Give that setting more memory or leave it out: speed: trial 1 was killed by SIGKILL.',
    ])
    expect(lines.find((line) => line.includes('many lines'))!.length).toBeLessThan(280)
  })

  it('take back a change that makes the final system worse', () => {
    const made = fixture()
    const alone = made.handoffs.tuner.verdicts.find((verdict) => verdict.role === 'leave-one-out')!
    Object.assign(alone, { verdict: 'slower', ratio: 1.25 })
    expect(said(made)).toContain(
      'Take back memory.weights mmap: without it the final system is better on memory.peakPrivateBytes (×0.800).',
    )
  })
})
