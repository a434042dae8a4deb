import { defaultConfig, type Patch, PipelineError, profiles, type TargetInfo } from '@tenfold/contracts'
import { phaseLaws } from '@tenfold/phase-kit/laws'
import { describe, expect, it } from 'vitest'
import { graphOutlook } from '../src/graphs.ts'
import phase from '../src/phase.ts'

const target = (chunks: number, keys = ['db.vectors', 'db.ef']) => ({
  info: async () => ({ chunks, knobs: Object.fromEntries(keys.map((key) => [key, {}])) }) as unknown as TargetInfo,
})
const there = async () => {}

describe('a graph', () => {
  it('is worth a trial where the store has one and rows are many', async () => {
    expect(await graphOutlook(target(20_000), there)).toBe('worth trying')
    expect(await graphOutlook(target(19_999), there)).toEqual({ tooFew: expect.stringContaining('19999 chunks') })
    expect(await graphOutlook(target(20_000, ['db.vectors']), there)).toBeUndefined()
    expect(await graphOutlook({}, there)).toBeUndefined()
  })

  it('whose library is missing is not available, with the line that installs it', async () => {
    const absent = () => Promise.reject(new PipelineError('ENGINE_UNAVAILABLE', 'no usearch', 'pnpm add usearch'))
    expect(await graphOutlook(target(1e6), absent)).toEqual({
      missing: expect.stringMatching(/^not available here: no usearch; pnpm add usearch/),
    })
  })

  const proposed = (graph: unknown): Patch[] => {
    const patches: Patch[] = []
    for (;;) {
      const trials = patches.map((patch) => ({ patch, state: 'measured' as const, ratios: {}, losses: {} }))
      const given = {
        incumbent: defaultConfig,
        trials,
        facts: { graph },
        profile: profiles.quick,
        accepted: [],
        seed: 1,
      }
      const patch = phase.propose?.(given)
      if (!patch) return patches
      patches.push(patch)
    }
  }
  it('is proposed there and nowhere else', () => {
    const graphs = (graph: unknown) => proposed(graph).filter((patch) => patch['db.vectors'] === 'graph')
    expect(graphs('worth trying')).toHaveLength(3)
    for (const other of [undefined, { tooFew: '' }, { missing: '' }]) expect(graphs(other)).toEqual([])
  })

  const ofProposals = phaseLaws.filter(({ name }) => /nothing twice|range/.test(name))
  it.each(ofProposals)('$name, with a graph', ({ check }) => {
    expect(() => check(phase, { graph: 'worth trying' })).not.toThrow()
  })
})
