import type { Patch } from '@tenfold/contracts'
import { availableMemoryBytes } from '@tenfold/measure'
import { definePhase, greedy } from '@tenfold/phase-kit'
import { batchCeiling } from './batch-ceiling.ts'
import { inspectMemory } from './inspect.ts'

function steps(): Patch[] {
  return [
    { 'memory.contextTokens': 2048 },
    { 'memory.weights': 'mmap' },
    { 'memory.batchCeiling': batchCeiling(availableMemoryBytes()) },
    { 'memory.batchCeiling': 8 },
    { 'memory.arena': false },
    { 'memory.releaseAfterIngest': true },
    { 'memory.ingestWindow': 16 },
  ]
}

const memory = definePhase({
  id: 'memory',
  reads: ['baseline', 'profiler'],
  knobs: ['memory.arena', 'memory.weights', 'memory.batchCeiling', 'memory.ingestWindow', 'memory.releaseAfterIngest', 'memory.contextTokens'],
  measure: ['memory', 'embed'],
  goals: [
    { metric: 'memory.peakPrivateBytes', minEffect: 0.05 },
    { metric: 'memory.settledPrivateBytes', minEffect: 0.05 },
  ],
  guards: [],
  inspect: inspectMemory,
  propose: (evidence) => greedy(steps(), evidence, memory),
})

export default memory
