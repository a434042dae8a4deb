import type { Patch } from '@tenfold/contracts'
import { definePhase, type Evidence, greedy } from '@tenfold/phase-kit'

/** Worth most first: each step is kept only if it beats what was kept before. Never more threads than cores. */
function steps({ profile }: Evidence): Patch[] {
  const quick: Patch[] = [
    { 'speed.batchTokens': 2048 },
    { 'speed.batchTokens': 1024 },
    { 'speed.encoderGraph': 'unmasked' },
    // before int8: threads that pay with it alone would stand in the way where it is refused
    { 'speed.encoderWorkers': 2, 'speed.encoderThreads': 1 },
    { 'speed.precision': 'int8' },
    { 'speed.prefixReuse': true },
    { 'speed.contextPassages': 3 },
  ]
  const more: Patch[] = [
    { 'speed.batchTokens': 512 },
    { 'speed.batchTokens': 4096 },
    { 'speed.generatorThreads': 1 },
    { 'speed.generatorBatch': 1024 },
    { 'speed.generatorBatch': 256 },
    { 'speed.contextPassages': 4 },
    { 'speed.contextPassages': 2 },
  ]
  return profile.tunerTrials > quick.length + 4 ? [...quick, ...more] : quick
}

const speed = definePhase({
  id: 'speed',
  reads: ['baseline', 'profiler', 'memory'],
  knobs: [
    'speed.precision',
    'speed.encoderGraph',
    'speed.encoderThreads',
    'speed.encoderWorkers',
    'speed.batchTokens',
    'speed.prefixReuse',
    'speed.contextPassages',
    'speed.generatorThreads',
    'speed.generatorBatch',
  ],
  measure: ['query', 'embed', 'answer'],
  goals: [
    { metric: 'embed.ms', minEffect: 0.05 },
    { metric: 'query.ms', minEffect: 0.05 },
    { metric: 'answer.firstTokenMs', minEffect: 0.05 },
  ],
  guards: [
    { metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 },
    { metric: 'quality.recallAt10', operator: '>=', margin: 0.01 },
    { metric: 'quality.answerCorrect', operator: '>=', margin: 0.05 },
  ],
  propose: (evidence) => greedy(steps(evidence), evidence, speed),
})

export default speed
