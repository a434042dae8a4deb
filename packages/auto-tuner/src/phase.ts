import { definePhase } from '@tenfold/phase-kit'
import { bottlenecks } from './bottlenecks.ts'
import { proposeMutant } from './mutants.ts'

const tuner = definePhase({
  id: 'tuner',
  reads: ['baseline', 'profiler', 'memory', 'speed', 'metal', 'db', 'cache'],
  knobs: [
    'memory.arena',
    'memory.batchCeiling',
    'memory.contextTokens',
    'speed.encoderThreads',
    'speed.encoderWorkers',
    'speed.batchTokens',
    'speed.generatorThreads',
    'speed.generatorBatch',
    'speed.prefixReuse',
    'db.statementReuse',
    'db.ftsOrder',
    'db.ftsMaxDocShare',
    'db.vectors',
    'db.rescore',
    'db.analyze',
    'db.mmapMib',
    'cache.queryEntries',
    'cache.embeddingEntries',
    'cache.retrievalEntries',
    'db.pgVectors',
    'db.pgRandomPageCost',
    'db.pgRank',
  ],
  measure: ['query', 'store', 'embed', 'answer', 'stream', 'memory'],
  goals: [
    { metric: 'query.ms', minEffect: 0.05 },
    { metric: 'embed.ms', minEffect: 0.05 },
    { metric: 'stream.ms', minEffect: 0.05 },
    { metric: 'answer.firstTokenMs', minEffect: 0.05 },
    { metric: 'memory.peakPrivateBytes', minEffect: 0.05 },
  ],
  guards: [
    { metric: 'quality.ndcgAt10', operator: '>=', margin: 0.01 },
    { metric: 'quality.recallAt10', operator: '>=', margin: 0.01 },
    { metric: 'quality.answerCorrect', operator: '>=', margin: 0.05 },
  ],
  inspect: bottlenecks,
  propose: (evidence) => proposeMutant(evidence, tuner),
  attribute: true,
})

export default tuner
