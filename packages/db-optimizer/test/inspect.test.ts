import type { Target, TargetInfo } from '@tenfold/contracts'
import type { Inspection } from '@tenfold/phase-kit'
import { describe, expect, it } from 'vitest'
import { inspectStore } from '../src/inspect.ts'

describe('inspectStore', () => {
  const look = (target: Partial<Target>) => inspectStore({ target: target as Target } as Inspection)

  it('names the statements that scan, with the step', async () => {
    const plans = {
      byCollection: ['SCAN docs', 'USE TEMP B-TREE FOR ORDER BY'],
      lexical: ['SCAN fts VIRTUAL TABLE INDEX 32:M1'],
    }
    const { details, warnings } = await look({ plans: async () => plans, readBack: async () => ({ 'db.mmapMib': 0 }) })
    expect(details).toEqual({
      plans,
      fullScans: ['byCollection'],
      inForce: { 'db.mmapMib': 0 },
      advice: [],
      vectorBytes: 0,
    })
    expect(warnings).toEqual(['byCollection scans a whole table: SCAN docs'])
  })

  it('knows a scan of PostgreSQL, but not one that is meant; advice is told as it is', async () => {
    const plans = {
      vectorSearch: [
        'Limit  (cost=0.14..8.9 rows=50 width=16)',
        '  ->  Index Scan using chunks_vector_hnsw on a.chunks',
      ],
      lexicalSearch: ['  ->  Seq Scan on chunks  (cost=0.00..90.00 rows=2 width=12)'],
      exactSearch: ['  ->  Seq Scan on chunks  (cost=0.00..90.00 rows=2 width=12)'],
    }
    const { details, warnings } = await look({ plans: async () => plans, advice: async () => ['do this: ALTER …'] })
    expect(details).toMatchObject({ fullScans: ['lexicalSearch'], advice: ['do this: ALTER …'] })
    expect(warnings).toEqual([expect.stringContaining('lexicalSearch scans a whole table'), 'do this: ALTER …'])
  })

  it('tells the bytes of vectors that a scan would read', async () => {
    const { details } = await look({
      info: async () => ({ chunks: 1000, knobs: {} }) as TargetInfo,
      embed: async (texts) => new Float32Array(384 * texts.length),
    })
    expect(details.vectorBytes).toBe(1000 * 384 * 4)
  })

  it('a target that tells nothing is reported as such', async () => {
    const { details, warnings } = await look({})
    expect(details).toMatchObject({ plans: {}, inForce: expect.stringContaining('not available') })
    expect(warnings).toEqual([])
  })
})
