import type { Patch } from '@tenfold/contracts'
import { definePhase, greedy } from '@tenfold/phase-kit'
import { inspectCaches } from './inspect.ts'

/** Sizes of the phase-10 brief (S2-31), then sizes that hold a whole working set. */
const steps: Patch[] = [
  {
    'cache.queryEntries': 100,
    'cache.embeddingEntries': 1000,
    'cache.retrievalEntries': 50,
    'cache.generationEntries': 20,
  },
  { 'cache.queryEntries': 1000 },
  { 'cache.retrievalEntries': 1000, 'cache.generationEntries': 200 },
]

const cache = definePhase({
  id: 'cache',
  reads: ['baseline', 'profiler', 'memory', 'speed', 'metal', 'db'],
  knobs: [
    'cache.queryEntries',
    'cache.embeddingEntries',
    'cache.retrievalEntries',
    'cache.generationEntries',
    'cache.maxMib',
    'cache.ttlSeconds',
  ],
  measure: ['stream'],
  goals: [{ metric: 'stream.ms', minEffect: 0.05 }],
  guards: [],
  inspect: inspectCaches,
  propose: (evidence) => greedy(steps, evidence, cache),
})

export default cache
