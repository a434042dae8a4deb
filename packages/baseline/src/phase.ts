import { definePhase } from '@tenfold/phase-kit'
import { inspectEmbedding } from './embedding.ts'
import { finishBaseline } from './finish.ts'

/** Phase 8: every critical operation as it is, before anything is changed (S1-26). */
export default definePhase({
  id: 'baseline',
  reads: [],
  knobs: [],
  measure: ['query', 'store', 'embed', 'answer', 'stream', 'memory', 'cold'],
  goals: [],
  guards: [],
  inspect: inspectEmbedding,
  finish: finishBaseline,
})
