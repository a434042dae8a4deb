import { messageOf, PipelineError } from '@tenfold/contracts'
import type { LlamaContext, LlamaContextSequence, Token } from 'node-llama-cpp'
import { chatTokens, textStream } from './chat-prompt.ts'
import { leaseModel, type ModelLease } from './shared-model.ts'
import type { GenerateOptions, Generation, Generator, GeneratorOptions } from './types.ts'
import { until } from './until.ts'

/**
 * A generator with its own context on a model shared with every other generator of this process.
 * Throws ENGINE_UNAVAILABLE when the device is not the one llama.cpp really uses: there is no silent CPU.
 */
export async function openGenerator(options: GeneratorOptions): Promise<Generator> {
  const started = performance.now()
  const lease = await leaseModel(options.modelPath, options.modelSha256, options.device)
  try {
    const context = await createContext(lease, options)
    return asGenerator(lease, context, options, performance.now() - started)
  } catch (error) {
    await lease.release()
    throw error
  }
}

async function createContext({ llama, model }: ModelLease, options: GeneratorOptions): Promise<LlamaContext> {
  const { threads, contextTokens, batchTokens } = options
  if (threads > llama.maxThreads) llama.maxThreads = threads
  const size = { contextSize: contextTokens, batchSize: Math.min(batchTokens, contextTokens) }
  try {
    return await model.createContext({ ...size, failedCreationRemedy: false, ...(threads > 0 && { threads }) })
  } catch (error) {
    const hint = 'free memory, or lower memory.contextTokens'
    const message = `no context of ${contextTokens} tokens: ${messageOf(error)}`
    throw new PipelineError('ENGINE_UNAVAILABLE', message, hint, { cause: error })
  }
}

function asGenerator(
  { llama, model, release }: ModelLease,
  context: LlamaContext,
  options: GeneratorOptions,
  loadMs: number,
): Generator {
  const sequence = context.getSequence()
  const closing = new AbortController()
  let tail: Promise<unknown> = Promise.resolve()

  return {
    async generate(prompt, request) {
      closing.signal.throwIfAborted()
      const tokens = chatTokens(model, prompt)
      checkFits(tokens.length, request.maxTokens, options.contextTokens)
      const signal = request.signal ? AbortSignal.any([request.signal, closing.signal]) : closing.signal
      const turn = tail.then(() => answer(sequence, tokens, options.prefixReuse, { ...request, signal }))
      tail = turn.catch(() => {})
      return await orAborted(turn, signal)
    },
    countTokens: (text) => model.tokenize(text, false).length,
    countPromptTokens: (prompt) => chatTokens(model, prompt).length,
    info: () => ({
      device: llama.gpu || 'cpu',
      gpuLayers: model.gpuLayers,
      threads: context.idealThreads,
      batchTokens: context.batchSize,
      contextTokens: context.contextSize,
      prefixReuse: options.prefixReuse,
      modelPath: options.modelPath,
      modelSha256: options.modelSha256,
      modelBytes: model.size,
      contextBytes: context.memoryUsage.ram + context.memoryUsage.vram,
      loadMs,
    }),
    async close() {
      closing.abort(new PipelineError('ENGINE_UNAVAILABLE', 'the generator is closed', 'open another one'))
      await tail
      if (!context.disposed) await context.dispose()
      await release()
    },
  }
}

async function answer(
  sequence: LlamaContextSequence,
  tokens: Token[],
  prefixReuse: boolean,
  { maxTokens, signal, stop = '', onToken }: GenerateOptions,
): Promise<Generation> {
  signal?.throwIfAborted()
  const started = performance.now()
  const reusedTokens = prefixReuse ? await keepPrefix(sequence, tokens) : 0
  if (!prefixReuse) await sequence.clearHistory()

  const last = await prefill(sequence, tokens.slice(reusedTokens), signal)
  const words = textStream(sequence.model)
  const gate = until(stop)
  let text = ''
  const emit = (piece: string) => {
    text += piece
    if (piece) onToken?.(piece)
  }
  let completionTokens = 0
  let firstTokenMs: number | undefined
  for await (const token of sequence.evaluate(last, { temperature: 0 })) {
    firstTokenMs ??= performance.now() - started
    signal?.throwIfAborted()
    emit(gate.push(words.push(token)))
    if (++completionTokens === maxTokens || gate.stopped) break
  }
  emit(gate.push(words.flush()) + gate.flush())
  const totalMs = performance.now() - started
  return {
    text,
    promptTokens: tokens.length,
    reusedTokens,
    completionTokens,
    firstTokenMs: firstTokenMs ?? totalMs,
    totalMs,
  }
}

/** Evaluates all but the last batch and returns that one; an abort is seen after each batch. */
async function prefill(sequence: LlamaContextSequence, tokens: Token[], signal?: AbortSignal): Promise<Token[]> {
  const { batchSize } = sequence.context
  let from = 0
  for (; tokens.length - from > batchSize; from += batchSize) {
    await sequence.evaluateWithoutGeneratingNewTokens(tokens.slice(from, from + batchSize))
    signal?.throwIfAborted()
  }
  return tokens.slice(from)
}

/** Drops what differs from `tokens` and returns how many leading tokens stay evaluated; the last never counts. */
async function keepPrefix(sequence: LlamaContextSequence, tokens: Token[]): Promise<number> {
  const { firstDifferentIndex } = sequence.compareContextTokens(tokens)
  const start = Math.min(firstDifferentIndex, tokens.length - 1)
  await sequence.eraseContextTokenRanges([{ start, end: sequence.nextTokenIndex }])
  // Read back: the library erases more where a model cannot drop a part of its state.
  return sequence.nextTokenIndex
}

function checkFits(promptTokens: number, maxTokens: number, contextTokens: number): void {
  if (!Number.isInteger(maxTokens) || maxTokens < 1) {
    throw new PipelineError('CONFIG_OUT_OF_RANGE', `maxTokens is ${maxTokens}`, 'it is a whole number from 1')
  }
  if (promptTokens + maxTokens <= contextTokens) return
  const message = `a prompt of ${promptTokens} and an answer of ${maxTokens} tokens exceed a context of ${contextTokens}`
  const hint = 'raise memory.contextTokens, or lower speed.contextPassages or rag.maxAnswerTokens'
  throw new PipelineError('CONFIG_OUT_OF_RANGE', message, hint)
}

/** Rejects as soon as `signal` aborts, although the native evaluation in flight cannot be interrupted. */
function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason)
    if (signal.aborted) stop()
    signal.addEventListener('abort', stop, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop))
  })
}
