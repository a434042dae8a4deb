import type { WorkloadName } from './knob-kinds.ts'

/** How much a run may spend. Forks, pairs and alpha follow the comparison protocol of `measure`. */
export interface Profile {
  /** Questions timed per arm when a phase describes a state. */
  querySamples: number
  /** Different texts in one timed `embed` list. */
  embedTexts: number
  /** Answers generated for the answer check. */
  answers: number
  /** Questions in one replay of the cache stream. */
  streamLength: number
  /** Documents ingested by the memory workload. */
  memoryDocs: number
  /** Questions of the growth test. */
  growthQueries: number
  maxForks: number
  /** Time after which a comparison that has not been decided is `undecided`. */
  comparisonBudgetMs: number
  /** Evaluations of the joint search. */
  tunerTrials: number
  /** Workloads on which the final system is compared with itself less one change. */
  leaveOneOut: readonly WorkloadName[]
}

const everyWorkload: readonly WorkloadName[] = ['query', 'store', 'embed', 'answer', 'stream', 'memory', 'cold']

export const profiles = {
  quick: {
    querySamples: 400,
    embedTexts: 16,
    answers: 6,
    streamLength: 120,
    memoryDocs: 4,
    growthQueries: 1100,
    maxForks: 10,
    comparisonBudgetMs: 100_000,
    tunerTrials: 3,
    leaveOneOut: ['query', 'embed'],
  },
  standard: {
    querySamples: 400,
    embedTexts: 64,
    answers: 20,
    streamLength: 400,
    memoryDocs: 24,
    growthQueries: 1100,
    maxForks: 30,
    comparisonBudgetMs: 240_000,
    tunerTrials: 24,
    leaveOneOut: everyWorkload,
  },
  full: {
    querySamples: 1000,
    embedTexts: 128,
    answers: 60,
    streamLength: 2000,
    memoryDocs: 240,
    growthQueries: 2000,
    maxForks: 30,
    comparisonBudgetMs: 600_000,
    tunerTrials: 64,
    leaveOneOut: everyWorkload,
  },
} as const satisfies Record<string, Profile>
export type ProfileName = keyof typeof profiles
