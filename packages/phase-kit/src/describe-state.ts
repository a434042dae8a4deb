import type { Patch, Summary } from '@tenfold/contracts'
import { summarize } from '@tenfold/measure'
import type { ArmSpec, Task, TaskResult } from './job.ts'
import { isInProcess, measureProcess, ownProcess } from './measure-arms.ts'
import { touches } from './score.ts'
import type { Session } from './session.ts'

export type State = Record<string, Summary>

/** Fresh processes that describe a state. */
const processRuns = 3

/**
 * The phase's workloads on one state, or those a change touches on two in turn, so that both meet the same machine; plus quality
 * on the check questions.
 */
export async function describeStates(session: Session, arms: readonly ArmSpec[], changes: Patch): Promise<State[]> {
  const names = ['before', 'after']
  const values: Record<string, number[]>[] = arms.map(() => ({}))
  const add = (arm: number, metric: string, more: readonly number[]) => {
    values[arm]![metric] = [...(values[arm]![metric] ?? []), ...more]
  }
  const touched = session.phase.measure.filter((workload) => arms.length === 1 || touches(changes, workload))
  // answers take seconds each: graded where they may have changed, and where the state is only described
  const answers =
    touched.includes('answer') && (arms.length > 1 || !session.phase.propose) ? session.profile.answers : 0
  const tasks: Task[] = [
    ...touched.filter(isInProcess).map((workload) => ({ kind: 'describe', workload }) as const),
    { kind: 'quality', answers },
  ]
  const { results } = await session.job(arms, tasks, 'before and after', { split: 'check', seed: 2 })
  for (const result of results as TaskResult[]) {
    if (result.kind === 'describe')
      for (const [arm, metrics] of result.values.entries())
        for (const [metric, list] of Object.entries(metrics)) add(arm, metric, list)
    if (result.kind === 'quality') {
      for (const [metric, lists] of Object.entries(result.table))
        for (const [arm, list] of lists.entries()) add(arm, metric, list)
    }
  }
  for (const workload of ownProcess.filter((name) => touched.includes(name))) {
    for (let run = 1; run <= processRuns; run++) {
      for (const [arm, spec] of arms.entries()) {
        const what = `${workload}, run ${run} of ${processRuns}`
        const observation = await measureProcess(session, workload, spec, { seed: run, split: 'tune', what })
        for (const [metric, value] of Object.entries(observation)) add(arm, metric, [value])
      }
    }
  }
  return values.map((metrics, arm) => keepSamples(session, names[arm]!, metrics))
}

/** Stores raw values and returns what is derived from them. */
export function keepSamples(
  session: Session,
  state: string,
  metrics: Readonly<Record<string, readonly number[]>>,
): State {
  return Object.fromEntries(
    Object.entries(metrics)
      .filter(([, list]) => list.length > 0)
      .map(([metric, list]) => {
        const id = `${state}/${metric}`
        session.samples.push({ kind: 'values', id, values: [...list] })
        return [metric, summarize(id, list)]
      }),
  )
}
