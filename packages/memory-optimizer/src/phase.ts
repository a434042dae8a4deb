import type { Config, Patch } from '@tenfold/contracts'
import { definePhase, greedy } from '@tenfold/phase-kit'
import { batchCeiling } from './batch-ceiling.ts'
import { smallestWindow } from './context-window.ts'
import { inspectMemory } from './inspect.ts'

/** `availableBytes` as `inspect` saw it: asked again, it would differ from trial to trial. */
function steps(availableBytes: number, incumbent: Config): Patch[] {
  return [
    { 'memory.contextTokens': smallestWindow(incumbent) },
    { 'memory.weights': 'mmap' },
    { 'memory.batchCeiling': batchCeiling(availableBytes) },
    { 'memory.batchCeiling': 8 },
    { 'memory.arena': false },
    { 'memory.mallocTrim': true },
    { 'memory.releaseAfterIngest': true },
    { 'memory.ingestWindow': 16 },
  ]
}

const memory = definePhase({
  id: 'memory',
  reads: ['baseline', 'profiler'],
  knobs: [
    'memory.arena',
    'memory.weights',
    'memory.batchCeiling',
    'memory.ingestWindow',
    'memory.releaseAfterIngest',
    'memory.mallocTrim',
    'memory.contextTokens',
  ],
  measure: ['memory', 'embed'],
  goals: [
    { metric: 'memory.peakPrivateBytes', minEffect: 0.05 },
    { metric: 'memory.settledPrivateBytes', minEffect: 0.05 },
    // blocks given back at once have to be mapped and cleared again: memory is not to be paid for with the time of an ingest
    { metric: 'embed.ms', minEffect: 0.05 },
  ],
  guards: [],
  inspect: inspectMemory,
  propose: (evidence) =>
    greedy(steps(Number(evidence.facts.availableBytes ?? 0), evidence.incumbent), evidence, memory),
})

export default memory
