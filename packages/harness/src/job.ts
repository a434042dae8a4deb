import type {
  Config,
  Dataset,
  Fork,
  IngestStats,
  MemoryMap,
  ProfileName,
  Question,
  TargetInfo,
  WorkloadName,
} from '@tenfold/contracts'
import type { Observation } from '@tenfold/measure'
import type { Facts } from './inspection.ts'

/** The module whose default export is a `TargetModule`, and what it needs to find its system. */
export interface TargetRef {
  module: string
  options?: Record<string, unknown>
}

/** A state of a system under test: the door to it, its configuration and the index it starts from. */
export interface ArmSpec {
  target: TargetRef
  config: Config
  /** Folder holding the index, copied before use; null begins empty. */
  index: string | null
}

/** Workloads both arms of which can live in one process. */
export type InProcessWorkload = Exclude<WorkloadName, 'memory' | 'cold'>

export type Task =
  | { kind: 'pairs'; workload: InProcessWorkload }
  | { kind: 'serve'; workload: InProcessWorkload }
  | { kind: 'resources' }
  | { kind: 'describe'; workload: InProcessWorkload; runs: number }
  | { kind: 'quality'; answers: number }
  | { kind: 'memory' }
  | { kind: 'cold' }
  | { kind: 'ingest'; into: string }
  | { kind: 'inspect'; module: string }

/** What one measured child does: open the arms, run the tasks one after another, close. */
export interface Job {
  data: string
  profile: ProfileName
  /** Name, hash and size of the data; its documents are read only by tasks that need them. */
  dataset: Pick<Dataset, 'name' | 'hash' | 'docCount'>
  questions: Question[]
  seed: number
  arms: ArmSpec[]
  tasks: Task[]
}

/** Per question, over both arms in turn: metric → [arm][question]. */
export type QualityTable = Record<string, number[][]>

export type TaskResult =
  | { kind: 'pairs'; forks: Record<string, Fork>; steady: boolean }
  | { kind: 'serve' }
  | { kind: 'resources'; memory: (MemoryMap | null)[]; infos: TargetInfo[] }
  | { kind: 'describe'; values: Record<string, number[]>[] }
  | { kind: 'quality'; table: QualityTable; warnings?: string[] }
  | { kind: 'memory'; observation: Observation }
  | { kind: 'cold'; observation: Observation }
  | { kind: 'ingest'; stats: IngestStats; observation: Observation }
  | { kind: 'inspect'; facts: Facts }

export interface JobResult {
  results: TaskResult[]
  info: TargetInfo | null
  /** Time in measured work and time opening arms; what is left of the child's wall time is overhead. */
  workMs: number
  loadMs: number
  peakRssBytes: number
}

export type ChildMessage =
  | { type: 'say'; line: string }
  | { type: 'done'; result: JobResult }
  | { type: 'failed'; code: string; message: string; hint: string }
