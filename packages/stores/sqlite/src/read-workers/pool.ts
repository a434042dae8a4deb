import { PipelineError } from '@tenfold/contracts'
import { explained } from '../sqlite-error.ts'
import { type ReaderData, ReaderThread, type Request } from './thread.ts'

export interface ReadWorkersOptions extends ReaderData {
  /** Threads, each with a connection that cannot write. */
  workers: number
  /** Statements that may wait for a thread; one more is refused. */
  maxWaiting: number
}

export interface ReadWorkers {
  /** All rows. Blobs come as Uint8Array. Throws TARGET_FAILED when too many wait, or for what SQLite refuses. */
  all(sql: string, ...params: unknown[]): Promise<unknown[]>
  /** Rows in batches; the next is read only when it is asked for. Holds its thread, and its state of the file, until it ends. */
  batches(sql: string, params: unknown[], batchRows: number): AsyncGenerator<unknown[], void, undefined>
  /** Statements that wait for a thread. */
  readonly waiting: number
  /** Ends after running statements; those that wait are refused. */
  close(): Promise<void>
}

/** Rows that `all` has copied between threads at a time. */
const allRows = 10_000

/**
 * Threads for statements that take longer than about 1 ms, so that the event loop goes on. A point read is slower through a thread than
 * without: the way there and back costs more than the read. A running statement cannot be interrupted. Throws ENGINE_UNAVAILABLE.
 */
export async function openReadWorkers({ workers, maxWaiting, ...data }: ReadWorkersOptions): Promise<ReadWorkers> {
  const idle = Array.from({ length: workers }, () => new ReaderThread(data))
  const queue: { take(thread: ReaderThread): void; refuse(error: Error): void }[] = []
  let isOpen = true
  let running = 0
  let onIdle = () => {}
  // one is started at once, to see that it can be
  await idle.at(-1)?.start()

  const closed = () => new PipelineError('TARGET_FAILED', `the readers of ${data.path} are closed`, 'open them again')
  const acquire = async (): Promise<ReaderThread> => {
    if (!isOpen) throw closed()
    const thread = idle.pop()
    if (thread) return thread
    if (queue.length < maxWaiting) return new Promise((take, refuse) => queue.push({ take, refuse }))
    const message = `${queue.length} statements wait for the ${workers} readers of ${data.path}`
    throw new PipelineError('TARGET_FAILED', message, 'ask again when some are answered')
  }
  const release = (thread: ReaderThread) => {
    const next = queue.shift()
    if (next) next.take(thread)
    else idle.push(thread)
  }

  async function* batches(sql: string, params: unknown[], batchRows: number) {
    const thread = await acquire()
    running++
    let isDone = true
    try {
      let request: Request = { sql, params, batchRows }
      do {
        isDone = true
        const reply = await thread.ask(request)
        if ('failed' in reply)
          throw explained(data.path, Object.assign(new Error(reply.failed), reply), 'TARGET_FAILED')
        isDone = reply.done
        if (reply.rows.length > 0) yield reply.rows
        request = 'next'
      } while (!isDone)
    } finally {
      // left early: a statement that stays open would keep the log from being emptied
      if (!isDone) await thread.ask('stop')
      release(thread)
      if (--running === 0) onIdle()
    }
  }

  return {
    batches,
    async all(sql, ...params) {
      const found: unknown[] = []
      for await (const rows of batches(sql, params, allRows)) for (const row of rows) found.push(row)
      return found
    },
    get waiting() {
      return queue.length
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      for (const { refuse } of queue.splice(0)) refuse(closed())
      if (running > 0) await new Promise<void>((resolve) => (onIdle = resolve))
      await Promise.all(idle.map((thread) => thread.close()))
    },
  }
}
