import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout } from 'node:timers/promises'
import type { Encoder } from '../../src/index.ts'

/** Between two questions, with and without an ingest, so that both find the machine in the same state of rest. */
const pauseMs = 10

export interface UnderIngest {
  idleMs: number[]
  busyMs: number[]
  /** Lateness of a timer of 1 ms while the ingest runs. */
  loopP99Ms: number
  /** Documents embedded meanwhile, per second. */
  docsPerSecond: number
}

/** Questions in a turn; at 50 the ingest beside them gets through several batches. */
const turn = 50

/** `count` questions one by one, in turns without and with documents being embedded. */
export async function askUnderIngest(
  encoder: Encoder,
  questions: string[],
  docs: string[],
  count: number,
): Promise<UnderIngest> {
  const result: UnderIngest = { idleMs: [], busyMs: [], loopP99Ms: 0, docsPerSecond: 0 }
  const ask = async (from: number, into?: number[]) => {
    for (const text of questions.slice(from, from + turn)) {
      await setTimeout(pauseMs)
      const start = performance.now()
      await encoder.embed([text], { lane: 'query' })
      into?.push(performance.now() - start)
    }
  }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  let embedded = 0
  let ingestMs = 0
  await ask(0)
  for (let from = 0; from < count; from += turn) {
    await ask(from, result.idleMs)
    const stop = new AbortController()
    const start = performance.now()
    const ingest = (async () => {
      for (let at = 0; ; at = (at + 16) % (docs.length - 16)) {
        await encoder.embed(docs.slice(at, at + 16), { signal: stop.signal })
        embedded += 16
      }
    })().catch((error: unknown) => {
      if (!stop.signal.aborted) throw error
    })
    await setTimeout(300) // all workers are in the middle of a batch by now
    delay.enable()
    await ask(from, result.busyMs)
    delay.disable()
    ingestMs += performance.now() - start
    stop.abort()
    await ingest
  }
  result.loopP99Ms = delay.percentile(99) / 1e6
  result.docsPerSecond = embedded / (ingestMs / 1000)
  return result
}
