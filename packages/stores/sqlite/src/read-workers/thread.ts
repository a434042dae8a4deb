import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { messageOf, PipelineError } from '@tenfold/contracts'
import type { ConnectionOptions } from '../connection.ts'

export interface ReaderData extends ConnectionOptions {
  path: string
}
export type Request = { sql: string; params: unknown[]; batchRows: number } | 'next' | 'stop' | 'close'
export type Reply = { rows: unknown[]; done: boolean } | { failed: string; code: string }

/** The compiled worker: Node cannot start a TypeScript one, so running from source needs a build too. */
const compiled = new URL('../../dist/read-workers/worker.js', import.meta.url)

/** A thread with a connection that cannot write. It is started at the first question, and anew after it was lost. */
export class ReaderThread {
  #worker: Worker | undefined
  readonly #data: ReaderData

  constructor(data: ReaderData) {
    this.#data = data
  }

  /** Throws ENGINE_UNAVAILABLE. */
  async start(): Promise<Worker> {
    const worker = new Worker(compiled, { workerData: this.#data, execArgv: [] })
    try {
      await once(worker, 'message')
    } catch (error) {
      const hint = 'see that the file is there and in WAL mode; run `pnpm build:all` if the compiled worker is missing'
      const message = `no reader of ${this.#data.path}: ${messageOf(error)}`
      throw new PipelineError('ENGINE_UNAVAILABLE', message, hint, { cause: error })
    }
    // an error that nobody hears would end the process
    worker.on('error', () => {})
    worker.once('exit', () => (this.#worker = undefined))
    worker.unref()
    return (this.#worker = worker)
  }

  /** Throws ENGINE_UNAVAILABLE when the thread is lost over it. */
  async ask(request: Request): Promise<Reply> {
    const worker = this.#worker ?? (await this.start())
    worker.postMessage(request)
    worker.ref()
    const ended = new AbortController()
    try {
      const answer = once(worker, 'message', { signal: ended.signal })
      const [reply] = (await Promise.race([answer, lost(worker, ended.signal)])) as [Reply]
      return reply
    } catch (error) {
      const message = `a reader of ${this.#data.path} was lost: ${messageOf(error)}`
      throw new PipelineError('ENGINE_UNAVAILABLE', message, 'ask again: another thread takes its place', {
        cause: error,
      })
    } finally {
      ended.abort()
      worker.unref()
    }
  }

  async close(): Promise<void> {
    if (!this.#worker) return
    this.#worker.ref()
    const exit = once(this.#worker, 'exit')
    this.#worker.postMessage('close' satisfies Request)
    await exit
  }
}

async function lost(worker: Worker, signal: AbortSignal): Promise<never> {
  const [code] = await once(worker, 'exit', { signal })
  throw new Error(`exit ${code}`)
}
