import type { Dataset, Fork, ProfileName, Question, TargetInfo } from '@tenfold/contracts'
import type { ArmSpec, InProcessWorkload, JobResult, Task } from './job.ts'
import type { JobRunner } from './runner.ts'
import { separateFork } from './separate.ts'

export interface JobOptions {
  seed?: number
  split?: Question['split']
}

/** Whoever conducts measurements: runs jobs, and keeps what readers of the result must be told. */
export interface Lab {
  /** One fork of a workload with a process for each arm. */
  separate(
    arms: readonly [ArmSpec, ArmSpec],
    workload: InProcessWorkload,
    what: string,
    options?: JobOptions,
  ): Promise<Record<string, Fork>>
  job(arms: readonly ArmSpec[], tasks: readonly Task[], what: string, options?: JobOptions): Promise<JobResult>
  warnings: string[]
}

export interface LabOptions {
  runner: JobRunner
  /** As in the settings: `default` or a folder; read again by jobs that need documents. */
  data: string
  dataset: Pick<Dataset, 'name' | 'hash' | 'docCount'>
  questions: Record<Question['split'], Question[]>
  profile: ProfileName
  status(line: string): void
  signal: AbortSignal
  /** What the first arm of a job said it is. */
  onInfo?(info: TargetInfo): void
}

export function openLab({ runner, data, dataset, questions, profile, status, signal, onInfo }: LabOptions): Lab {
  const { name, hash, docCount } = dataset
  const jobOf = (arms: readonly ArmSpec[], { seed = 1, split = 'tune' }: JobOptions) => ({
    data,
    profile,
    dataset: { name, hash, docCount },
    questions: questions[split],
    seed,
    arms: [...arms],
  })
  const warnings: string[] = []
  return {
    warnings,
    async job(arms, tasks, what, options = {}) {
      status(what)
      const result = await runner.run({ ...jobOf(arms, options), tasks: [...tasks] }, what)
      if (result.info) onInfo?.(result.info)
      for (const each of result.results) {
        const told = each.kind === 'quality' ? (each.warnings ?? []) : []
        warnings.push(...told.filter((warning) => !warnings.includes(warning)))
      }
      return result
    },
    separate(arms, workload, what, options = {}) {
      status(what)
      return separateFork(jobOf(arms, options), workload, signal)
    },
  }
}
