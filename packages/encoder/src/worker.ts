import { readlinkSync } from 'node:fs'
import { constants, getPriority, setPriority } from 'node:os'
import { basename } from 'node:path'
import { parentPort, workerData } from 'node:worker_threads'
import { messageOf } from '@tenfold/contracts'
import type { Batch } from './batches.ts'
import { openRunner, type RunnerOptions } from './runner.ts'
import { openTokenizer } from './tokenizer.ts'

export type Request = { tokenize: string[] } | { run: Batch } | { embed: string[] } | { close: true }
export type Reply = { ids: Int32Array; lengths: number[] } | { vectors: Float32Array } | { failed: string }

const port = parentPort!
const options = workerData as RunnerOptions
if (options.niceness) stepBack(options.niceness)
const runner = await openRunner(options, await openTokenizer(options.tokenizer, options.maxTokens))

async function answer(request: Exclude<Request, { close: true }>): Promise<Reply> {
  if ('run' in request) return { vectors: await runner.run(request.run) }
  if ('embed' in request) return { vectors: await runner.embed(request.embed) }
  const texts = await runner.tokenize(request.tokenize)
  const lengths = texts.map((text) => text.length)
  const ids = new Int32Array(lengths.reduce((sum, length) => sum + length, 0))
  let end = 0
  for (const text of texts) {
    ids.set(text, end)
    end += text.length
  }
  return { ids, lengths }
}

port.on('message', async (request: Request) => {
  if ('close' in request) {
    await runner.close()
    return port.close()
  }
  const reply = await answer(request).catch((error: unknown): Reply => ({ failed: messageOf(error) }))
  const values = 'vectors' in reply ? reply.vectors : 'ids' in reply ? reply.ids : undefined
  port.postMessage(reply, values ? [values.buffer as ArrayBuffer] : [])
})
port.postMessage('ready')

/** Linux alone gives each thread a niceness of its own; threads started from here on inherit it. Elsewhere nothing is done. */
function stepBack(niceness: number): void {
  try {
    const thread = Number(basename(readlinkSync('/proc/thread-self')))
    setPriority(thread, Math.min(getPriority(thread) + niceness, constants.priority.PRIORITY_LOW))
  } catch {}
}
