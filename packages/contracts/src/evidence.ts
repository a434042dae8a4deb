import { z } from 'zod'
import { verdictNames } from './verdicts.ts'

const bound = z.number().nullable()

/** Derived from the raw samples named by `samples`; anybody can derive it again. p95 needs 20 samples, p99 100. */
export const summarySchema = z.strictObject({
  samples: z.string(),
  n: z.int().positive(),
  mean: z.number(),
  stdev: z.number(),
  min: z.number(),
  max: z.number(),
  p50: z.number(),
  p95: bound,
  p99: bound,
})
export type Summary = z.infer<typeof summarySchema>

/**
 * Sub-pairs of one pair: the times of both arms on the same unit of work, in the order they were paired. `first` has one letter
 * for each sub-pair, the arm that the coin let go first.
 */
const pairSchema = z.strictObject({
  a: z.array(z.number()),
  b: z.array(z.number()),
  first: z
    .string()
    .regex(/^[ab]*$/)
    .optional(),
})
export type Pair = z.infer<typeof pairSchema>

/** What the machine did while a fork was measured; null where the system does not tell. */
const noiseSchema = z.strictObject({
  cpuPressurePercent: bound,
  involuntarySwitches: z.number(),
  majorFaults: z.number(),
  /** Share of time the hypervisor gave to others. */
  stealPercent: bound.default(null),
  /** CPU time of this process ÷ wall time. */
  cpuShare: bound.default(null),
  gcMs: bound.default(null),
  eventLoopDelayP99Ms: bound.default(null),
  /** Clock limit that macOS sets against heat, 100 when there is none. */
  thermalSpeedLimitPercent: bound.default(null),
})
export type Noise = z.infer<typeof noiseSchema>

export const forkSchema = z.strictObject({
  pairs: z.array(pairSchema),
  noise: noiseSchema,
  /** Draws the coins of this fork. */
  seed: z.int().optional(),
  /** Why pairs were dropped: an arm failed, or the machine was not itself. Never for their result. */
  voids: z.array(z.string()).default([]),
})
export type Fork = z.infer<typeof forkSchema>

/** One line of a samples file: plain values, or the forks of a comparison. */
export const sampleLineSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('values'), id: z.string(), values: z.array(z.number()) }),
  z.strictObject({ kind: z.literal('forks'), id: z.string(), forks: z.array(forkSchema) }),
  z.strictObject({
    kind: z.literal('paired'),
    id: z.string(),
    before: z.array(z.number()),
    after: z.array(z.number()),
  }),
])
export type SampleLine = z.infer<typeof sampleLineSchema>

const protocolSchema = z.strictObject({
  aggregate: z.enum(['min', 'mean']),
  isolation: z.enum(['one-process', 'own-process']),
  alpha: z.number(),
  /** Smallest relative difference claimed. */
  delta: z.number(),
  maxForks: z.int(),
})
export type Protocol = z.infer<typeof protocolSchema>

/** `faster` reads `smaller` for bytes: the candidate has less of what should be low. */
export const judgedSchema = z.strictObject({
  metric: z.string(),
  verdict: z.enum(verdictNames),
  /** Median over forks of candidate ÷ incumbent, and its confidence sequence. */
  ratio: z.number(),
  interval: z.tuple([bound, bound]),
  forks: z.int(),
  beforeP50: z.number(),
  afterP50: z.number(),
  protocol: protocolSchema,
  split: z.enum(['tune', 'check']),
  samples: z.string(),
})
export type Judged = z.infer<typeof judgedSchema>

export const verdictSchema = judgedSchema.extend({
  /** What was compared: the system with itself, a phase's candidate, all phases together, the final system without one change. */
  role: z.enum(['noise-floor', 'candidate', 'total', 'leave-one-out']),
  change: z.record(z.string(), z.unknown()),
})
export type Verdict = z.infer<typeof verdictSchema>

/** A limit that must hold whatever else is gained: one-sided 95 % bound of the paired difference. */
export const guardResultSchema = z.strictObject({
  metric: z.string(),
  operator: z.enum(['>=', '<=']),
  /** Largest loss accepted, in the unit of the metric. */
  margin: z.number(),
  before: z.number(),
  after: z.number(),
  bound: z.number(),
  n: z.int(),
  passed: z.boolean(),
  samples: z.string(),
})
export type GuardResult = z.infer<typeof guardResultSchema>

/** Cost of finding out: how much of the wall time was the measured work, and how much the kit's own. */
export const ledgerSchema = z.strictObject({
  wallMs: z.number(),
  workMs: z.number(),
  loadMs: z.number(),
  kitMs: z.number(),
  peakRssBytes: z.number(),
})
export type Ledger = z.infer<typeof ledgerSchema>
