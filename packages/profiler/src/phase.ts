import { definePhase } from '@tenfold/phase-kit'
import { profileSystem } from './profile.ts'

/** Phase 9: where the time and the memory of the unchanged system go. */
export default definePhase({
  id: 'profiler',
  reads: ['baseline'],
  knobs: [],
  measure: ['query'],
  goals: [],
  guards: [],
  inspect: profileSystem,
})
