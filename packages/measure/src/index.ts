export { type CompareOptions, type Comparison, compare } from './compare.ts'
export {
  type Arm,
  type Interleaved,
  type InterleaveOptions,
  interleave,
  type Observation,
  type WarmUp,
} from './interleave.ts'
export { type Judgement, judge, logRatioOf, signEvidence } from './judge.ts'
export { availableMemoryBytes, cpuFlags, machine } from './probes/machine.ts'
export { type ProcessMemory, peakRssBytes, privateBytes, processMemory, watchPeak } from './probes/memory.ts'
export { watchNoise } from './probes/noise.ts'
export { containsAny, type NonInferiority, ndcgAt, nonInferior, recallAt, tailRatioInterval } from './quality.ts'
export { type Random, seededRandom, seedOf, shuffled } from './random.ts'
export { mean, median, quantile, standardDeviation, summarize } from './statistics.ts'
