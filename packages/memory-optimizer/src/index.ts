export { batchCeiling } from './batch-ceiling.ts'
export { BatchModel, type BatchModelOptions, type BatchObservation } from './batch-model.ts'
export { contextWindowFor, smallestWindow } from './context-window.ts'
export { type CeilingCandidate, ceilingHeadroom, fitCeiling } from './fit-ceiling.ts'
export { collectGarbage } from './garbage.ts'
export { ceilingFor, defaultCeilingBytes, macMini16GbCeilingBytes } from './governor/ceiling.ts'
export { giveBack } from './governor/effects.ts'
export {
  type Component,
  type GovernorEffects,
  type GovernorEvent,
  type GovernorOptions,
  type Holding,
  type MemoryGovernor,
  type MemoryLevel,
  openMemoryGovernor,
  type Registration,
} from './governor/governor.ts'
export { type Fragmentation, type LeakResult, leakLimits } from './leak/describe.ts'
export type { LeakPoint } from './leak/job.ts'
export { type LeakOptions, leakTest } from './leak/leak-test.ts'
export type { Growth, LeakVerdict } from './leak/verdict.ts'
export { default } from './phase.ts'
