import { PipelineError } from '@tenfold/contracts'
import type { Runner } from './runner.ts'

/** `query` is served before `ingest`, at the next free runner. */
export type Lane = 'query' | 'ingest'

export interface Lanes {
  submit<Result>(lane: Lane, work: (runner: Runner) => Promise<Result>, signal?: AbortSignal): Promise<Result>
  /** Refuses what waits, lets running work end, closes the runners. */
  close(): Promise<void>
}

interface Job {
  start(runner: Runner): Promise<void>
  refuse(reason: unknown): void
}

/** `forQueries`: runners that no ingest work gets; they are taken first by queries. */
export function openLanes(runners: Runner[], forQueries: Runner[] = []): Lanes {
  const waiting: Record<Lane, Job[]> = { query: [], ingest: [] }
  const idle = { any: [...runners], queries: [...forQueries] }
  const busy = new Set<Promise<void>>()
  let closed = false

  const next = () => {
    for (;;) {
      const pool = waiting.query.length > 0 && idle.queries.length > 0 ? idle.queries : idle.any
      if (pool.length === 0) return
      const job = waiting.query.shift() ?? waiting.ingest.shift()
      if (!job) return
      const runner = pool.pop()!
      const done = job.start(runner).then(() => {
        busy.delete(done)
        pool.push(runner)
        next()
      })
      busy.add(done)
    }
  }
  const closedError = () =>
    new PipelineError('ENGINE_UNAVAILABLE', 'the encoder is closed', 'open another one with openEncoder()')

  return {
    submit(lane, work, signal) {
      return new Promise((resolve, reject) => {
        if (closed) return reject(closedError())
        const start = async (runner: Runner) => {
          try {
            signal?.throwIfAborted()
            resolve(await work(runner))
          } catch (error) {
            reject(error)
          }
        }
        waiting[lane].push({ start, refuse: reject })
        next()
      })
    },
    async close() {
      closed = true
      for (const job of [...waiting.query.splice(0), ...waiting.ingest.splice(0)]) job.refuse(closedError())
      await Promise.all(busy)
      await Promise.all([...runners, ...forQueries].map((runner) => runner.close()))
    },
  }
}
