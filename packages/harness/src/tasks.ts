import {
  type Dataset,
  type Fork,
  PipelineError,
  type Profile,
  profiles,
  type Target,
  type TargetInfo,
} from '@tenfold/contracts'
import { type Arm, interleave, type Observation, seededRandom, watchNoise } from '@tenfold/measure'
import { type OpenArm, openArms } from './arms.ts'
import { withDeadline } from './deadline.ts'
import { docsOf } from './documents.ts'
import { gradeQuestions } from './grade.ts'
import type { Job, JobResult, Task, TaskResult } from './job.ts'
import { serveUnits } from './serve.ts'
import { coldStart, ingestInto, inspectBy } from './whole-process.ts'
import type { Workload, WorkloadContext } from './workload.ts'
import { workloads } from './workloads/index.ts'
import { memoryLife } from './workloads/memory.ts'

export interface TaskContext extends WorkloadContext {
  job: Job
  arms: OpenArm[]
  say(line: string): void
}

/** Opens the arms in coin order, runs the tasks one after another, closes everything. */
export async function runJob(
  job: Job,
  say: (line: string) => void,
  signal: AbortSignal,
): Promise<Omit<JobResult, 'peakRssBytes'>> {
  const start = performance.now()
  const profile: Profile = profiles[job.profile]
  const { questions } = job
  const dataset: Dataset = {
    ...job.dataset,
    questions,
    warnings: [],
    docs: (concurrency) => docsOf(job.data, concurrency),
  }
  const arms = await openArms(job, signal)
  const loadMs = performance.now() - start
  try {
    const target = arms[0]?.target
    if (!target) throw new PipelineError('TARGET_FAILED', 'no arm was opened', 'name at least one configuration')
    const info: TargetInfo = await target.info()
    const context: TaskContext = {
      job,
      arms,
      target,
      targets: arms.map((arm) => arm.target),
      dataset,
      profile,
      questions,
      say,
    }
    const results: TaskResult[] = []
    const workStart = performance.now()
    for (const task of job.tasks) results.push(await runTask(task, context))
    const workMs = performance.now() - workStart
    return { results, info, workMs, loadMs }
  } finally {
    for (const arm of arms) await arm.close()
  }
}

async function runTask(task: Task, context: TaskContext): Promise<TaskResult> {
  switch (task.kind) {
    case 'pairs':
      return comparePair(workloads[task.workload], context)
    case 'serve':
      await serveUnits(workloads[task.workload], context)
      return { kind: 'serve' }
    case 'resources':
      return {
        kind: 'resources',
        memory: await Promise.all(context.targets.map(async (target) => (await target.memory?.()) ?? null)),
        infos: await Promise.all(context.targets.map((target) => target.info())),
      }
    case 'describe':
      return describe(workloads[task.workload], task.runs, context)
    case 'quality':
      return { kind: 'quality', ...(await gradeQuestions(context, task.answers)) }
    case 'memory':
      return {
        kind: 'memory',
        observation: await memoryLife(context.target, context.dataset, context.questions, context.profile),
      }
    case 'cold':
      return { kind: 'cold', observation: await coldStart(context) }
    case 'ingest':
      return ingestInto(task.into, context)
    case 'inspect':
      return { kind: 'inspect', facts: await inspectBy(task.module, context) }
  }
}

const armOf =
  (workload: Workload, target: Target): Arm<unknown> =>
  (item) =>
    withDeadline(workload.run(target, item), workload.name)

async function comparePair(workload: Workload, context: TaskContext): Promise<TaskResult> {
  const [a, b] = context.arms
  if (!a || !b) throw new PipelineError('TARGET_FAILED', 'a comparison needs two arms', 'name two configurations')
  const noise = watchNoise()
  const { seed } = context.job
  const { pairs, steady, voids } = await interleave({
    arms: [armOf(workload, a.target), armOf(workload, b.target)],
    items: await workload.prepare(context),
    pairs: workload.pairs,
    subPairs: workload.subPairs,
    warmUp: workload.warmUp,
    steadyMetric: workload.metric,
    seed,
  })
  const record = noise()
  const forks: Record<string, Fork> = Object.fromEntries(
    Object.entries(pairs).map(([metric, values]) => [metric, { pairs: values, noise: record, seed, voids }]),
  )
  return { kind: 'pairs', forks, steady: steady !== false }
}

/** Plain values of every arm on the same items in turn, after a warm-up of the same length. */
async function describe(workload: Workload, runs: number, context: TaskContext): Promise<TaskResult> {
  const random = seededRandom(context.job.seed)
  const items = await workload.prepare(context)
  const values: Record<string, number[]>[] = context.arms.map(() => ({}))
  const round = async (item: unknown): Promise<Observation[]> => {
    const seen: Observation[] = []
    const order = context.arms.map((_, i) => i)
    if (random() < 0.5) order.reverse()
    for (const i of order) seen[i] = await workload.run(context.arms[i]!.target, item)
    return seen
  }
  for (let i = 0; i < workload.warmUp.minRuns; i++) await round(items[i % items.length])
  for (let i = 0; i < runs; i++) {
    const seen = await round(items[i % items.length])
    seen.forEach((observation, arm) => {
      for (const [metric, value] of Object.entries(observation)) (values[arm]![metric] ??= []).push(value)
    })
  }
  return { kind: 'describe', values }
}
