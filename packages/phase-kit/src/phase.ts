import type {
  Config,
  GuardResult,
  Handoff,
  KnobKey,
  MetricName,
  Patch,
  PhaseId,
  Profile,
  WorkloadName,
} from '@tenfold/contracts'
import type { Facts, Inspection } from '@tenfold/harness'
import type { Observation } from '@tenfold/measure'

/** What a change must improve. */
export interface Goal {
  metric: MetricName
  /** Smallest relative gain worth keeping, as a share (0.05 = 5 %). */
  minEffect: number
}

/** What no change may break: the paired difference, at its pessimistic 95 % bound, stays within the margin. */
export interface Guard {
  metric: MetricName
  operator: GuardResult['operator']
  margin: number
}

/** One setting tried against the incumbent: a ranking, not a claim. */
export interface Trial {
  patch: Patch
  state: 'measured' | 'failed'
  /** Metric → candidate ÷ incumbent. */
  ratios: Observation
  /** Guarded metric → candidate − incumbent. */
  losses: Observation
  error?: string
}

export interface Evidence {
  incumbent: Config
  trials: readonly Trial[]
  /** What `inspect` found on the system as it came in. */
  facts: Record<string, unknown>
  profile: Profile
  /** Knobs the target says it has; absent where it tells of none, and may have any. */
  offered?: readonly KnobKey[]
  /** Knob changes accepted by the phases before, by key. */
  accepted: readonly KnobKey[]
  seed: number
}

/** A phase: six declarations and two functions. Everything else about running it is the kit's. */
export interface Phase {
  id: PhaseId
  /** Earlier phases whose handoff this one needs; each is checked and hashed into the chain. */
  reads: readonly PhaseId[]
  /** The only keys it may change. */
  knobs: readonly KnobKey[]
  /** The workloads that describe its state, before and after. */
  measure: readonly WorkloadName[]
  goals: readonly Goal[]
  guards: readonly Guard[]
  /** What only this phase can see, on the system before and, if something changed, after. */
  inspect?(inspection: Inspection): Promise<Facts>
  /** The next setting to try on top of the incumbent, or undefined to stop. Pure: same evidence, same answer. */
  propose?(evidence: Evidence): Patch | undefined
  /** Last touch on the handoff before it is written: figures other formats ask for. */
  finish?(handoff: Handoff, root: string): Handoff
  /** Also prove the sum of all phases and what each change is worth (the last phase does). */
  attribute?: boolean
}

export const definePhase = (phase: Phase): Phase => phase
