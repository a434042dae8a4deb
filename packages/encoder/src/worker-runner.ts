import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import { messageOf, PipelineError } from '@tenfold/contracts'
import type { Runner, RunnerOptions } from './runner.ts'
import type { Reply, Request } from './worker.ts'

/** The compiled worker: Node cannot start a TypeScript one, so running from source needs a build too. */
const compiled = new URL('../dist/worker.js', import.meta.url)

/** Ids and vectors live outside of its heap: what is left are short strings. A young generation of 16 MB would only keep garbage longer. */
const resourceLimits = { maxYoungGenerationSizeMb: 2 }

class WorkerLost extends Error {}

/** A runner in a worker thread. A lost worker is replaced and the call made once more. */
export async function openWorkerRunner(options: RunnerOptions, file: URL = compiled): Promise<Runner> {
  let worker: Worker | undefined = await start(options, file)

  const call = async (request: Request): Promise<Reply> => {
    worker ??= await start(options, file)
    worker.ref()
    try {
      return await ask(worker, request)
    } catch (error) {
      worker = undefined
      throw error
    } finally {
      worker?.unref()
    }
  }
  const persist = async (request: Request): Promise<Reply> => {
    const reply = await call(request)
      .catch((first: unknown) => {
        if (!(first instanceof WorkerLost)) throw first
        return call(request)
      })
      .catch((error: unknown) => {
        const hint = 'lower speed.encoderWorkers or memory.batchCeiling, or set speed.encoderWorkers to 0'
        throw new PipelineError('ENGINE_UNAVAILABLE', `an encoder worker died twice: ${messageOf(error)}`, hint, {
          cause: error,
        })
      })
    if ('failed' in reply) throw new Error(reply.failed)
    return reply
  }
  const vectors = async (request: Request) => {
    const reply = await persist(request)
    if (!('vectors' in reply)) throw new TypeError('the worker answered another question')
    return reply.vectors
  }
  return {
    async tokenize(texts) {
      const reply = await persist({ tokenize: texts })
      if (!('ids' in reply)) throw new TypeError('the worker answered another question')
      let end = 0
      return reply.lengths.map((length) => reply.ids.subarray(end, (end += length)))
    },
    run: (batch) => vectors({ run: batch }),
    embed: (texts) => vectors({ embed: texts }),
    async close() {
      if (!worker) return
      worker.ref()
      const exit = once(worker, 'exit')
      worker.postMessage({ close: true } satisfies Request)
      await exit
    },
  }
}

async function start(options: RunnerOptions, file: URL): Promise<Worker> {
  const worker = new Worker(file, { workerData: options, execArgv: [], resourceLimits })
  try {
    await settle(worker)
    worker.unref()
    return worker
  } catch (error) {
    const hint = 'run `pnpm build` if the compiled worker is missing, or set speed.encoderWorkers to 0'
    throw new PipelineError('ENGINE_UNAVAILABLE', `no encoder worker: ${messageOf(error)}`, hint, { cause: error })
  }
}

function ask(worker: Worker, request: Request): Promise<Reply> {
  const reply = settle(worker)
  worker.postMessage(request)
  return reply as Promise<Reply>
}

/** The next message of `worker`, or WorkerLost. */
function settle(worker: Worker): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const end = (finish: () => void) => {
      worker.off('message', onMessage).off('error', onError).off('exit', onExit)
      finish()
    }
    const onMessage = (message: unknown) => end(() => resolve(message))
    const onError = (error: unknown) => end(() => reject(new WorkerLost(messageOf(error), { cause: error })))
    const onExit = (code: number) => end(() => reject(new WorkerLost(`exit code ${code}`)))
    worker.once('message', onMessage).once('error', onError).once('exit', onExit)
  })
}
