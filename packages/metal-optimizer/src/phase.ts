import type { Patch } from '@tenfold/contracts'
import { definePhase, greedy } from '@tenfold/phase-kit'
import { closeProbes } from './close.ts'
import { inspectDevices } from './inspect.ts'
import type { Probe } from './probe.ts'

/** Only devices that were found, did run there and gave the right numbers are worth timing. */
function steps(facts: Record<string, unknown>): Patch[] {
  const probes = (facts.probes ?? []) as Probe[]
  return probes
    .filter((probe) => probe.status === 'usable')
    .map((probe): Patch => ({ [`metal.${probe.role}Device`]: probe.requested }) as Patch)
}

const metal = definePhase({
  id: 'metal',
  reads: ['baseline', 'profiler', 'memory', 'speed'],
  knobs: ['metal.encoderDevice', 'metal.generatorDevice'],
  measure: ['embed'],
  goals: [
    { metric: 'embed.ms', minEffect: 0.1 },
    { metric: 'query.ms', minEffect: 0.1 },
    { metric: 'answer.firstTokenMs', minEffect: 0.1 },
  ],
  guards: [
    { metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 },
    { metric: 'quality.recallAt10', operator: '>=', margin: 0.01 },
  ],
  inspect: inspectDevices,
  propose: (evidence) => greedy(steps(evidence.facts), evidence, metal),
  finish: closeProbes,
})

export default metal
