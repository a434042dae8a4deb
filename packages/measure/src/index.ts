export {
  type ChangePoint,
  type ChangePointOptions,
  type Creep,
  changePoints,
  creep,
} from './change-points.ts'
export { type CompareOptions, type Comparison, compare } from './compare.ts'
export { type Covariates, readCovariates, rejection } from './covariates.ts'
export { type Fused, fuse, fuseConvex } from './fusion.ts'
export {
  type Arm,
  coinsOf,
  type Interleaved,
  type InterleaveOptions,
  interleave,
  type Observation,
  sizeFor,
  type WarmUp,
} from './interleave.ts'
export { figuresOf, type Judgement, judge, logRatioOf, signEvidence } from './judge.ts'
export { adviseHugePages } from './probes/huge-pages.ts'
export { availableMemoryBytes, cpuFlags, machine, memoryLimitBytes } from './probes/machine.ts'
export { type MallocControls, mallocControls, returnThresholdBytes } from './probes/malloc-controls.ts'
export {
  type ProcessMemory,
  peakRssBytes,
  privateBytes,
  processMemory,
  residentMemory,
  watchPeak,
} from './probes/memory.ts'
export { type NativeHeap, nativeHeap } from './probes/native-heap.ts'
export { watchNoise } from './probes/noise.ts'
export { type CpuTime, cpuTimeOf, memoryOf } from './probes/process-tree.ts'
export {
  containsAny,
  meanRatioInterval,
  type NonInferiority,
  ndcgAt,
  nonInferior,
  recallAt,
  tailRatioInterval,
} from './quality.ts'
export { type Random, seededRandom, seedOf, shuffled } from './random.ts'
export { mannWhitney, type RankTest } from './rank-test.ts'
export { shareInterval } from './share.ts'
export { type Point, type Slope, theilSen } from './slope.ts'
export { mean, median, quantile, standardDeviation, summarize } from './statistics.ts'
export { tailOf } from './tail.ts'
export { incompleteBeta, type Welch, welch } from './welch.ts'
