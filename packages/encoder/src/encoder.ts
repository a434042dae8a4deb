import { join } from 'node:path'
import { type EnsureOptions, ensureModel, modelCacheDir } from '@tenfold/models'
import { type BatchRule, packBatch, planBatches } from './batches.ts'
import { bert } from './bert.ts'
import { ensureGraph, type Vocabulary } from './graph-cache.ts'
import { type Lane, openLanes } from './lanes.ts'
import { openRunner } from './runner.ts'
import { type Device, refusalOf } from './session.ts'
import { cutText, openTokenizer } from './tokenizer.ts'
import { openWorkerRunner } from './worker-runner.ts'

export interface EncoderOptions {
  precision: 'fp32' | 'int8'
  /** Threads of one session; 0 leaves it to the runtime. */
  threads: number
  /** Worker threads with a session each; 0 runs on the calling thread. */
  workers: number
  arena: boolean
  /** Weights copied into private memory, or pre-packed once and mapped from disk. */
  weights: 'copy' | 'mmap'
  device: Device
  batch: BatchRule
  /** Other encoders run in this process in turn: threads without work sleep instead of waiting busily. */
  shared?: boolean
}

/** What really runs, read back. */
export interface EncoderInfo {
  /** Operators of the graph: ONNX Runtime's fused ones, or standard ones only (devices other than the CPU; fp32). */
  graph: Vocabulary
  precision: 'fp32' | 'int8'
  threads: number
  workers: number
  device: Device
  /** Why the wanted device is not used. */
  refusal?: string
}

export interface EmbedOptions {
  signal?: AbortSignal
  /** `ingest` when absent. */
  lane?: Lane
}

/** Text → vector with all-MiniLM-L6-v2. */
export interface Encoder {
  readonly dims: number
  readonly modelSha256: string
  /** One row of `dims` values of length 1 per text, row-major. Texts are cut at 256 tokens. Throws the signal's reason. */
  embed(texts: string[], options?: EmbedOptions): Promise<Float32Array>
  /** The same for token ids, markers included: 1 to 256 for each row. */
  embedTokens(tokens: Int32Array[], options?: EmbedOptions): Promise<Float32Array>
  /** Tokens of the whole text, without the two markers that embedding adds. */
  countTokens(text: string): number
  /** Tokens each text takes in a batch: cut, with markers. */
  tokenLengths(texts: string[]): number[]
  info(): EncoderInfo
  close(): Promise<void>
}

/** Texts tokenised in one go: about 16 ms of 256-token texts, so that a query never waits long. */
const tokenizeAtOnce = 32

/** Fetches and converts the model on first use. Throws MODEL_UNAVAILABLE, MODEL_HASH_MISMATCH or ENGINE_UNAVAILABLE. */
export async function openEncoder(options: EncoderOptions, fetching: EnsureOptions = {}): Promise<Encoder> {
  const { threads, workers, arena, batch } = options
  const model = await ensureModel('all-MiniLM-L6-v2', fetching)
  const [weightsFile, tokenizerFile] = [model.files['model.safetensors']!, model.files['tokenizer.json']!]
  const modelSha256 = model.sha256['model.safetensors']!
  const prepare = (vocabulary: Vocabulary, precision: 'fp32' | 'int8', weights: 'copy' | 'mmap') =>
    ensureGraph({
      model: weightsFile,
      modelSha256,
      precision,
      vocabulary,
      weights,
      cache: join(modelCacheDir(fetching.env), 'graphs'),
    })
  const spin = workers <= 1 && !options.shared

  let info: EncoderInfo = { graph: 'fused', precision: options.precision, threads, workers, device: 'cpu' }
  let graph: string | undefined
  if (options.device !== 'cpu') {
    const standard = await prepare('standard', 'fp32', 'copy')
    const refusal = await refusalOf({ graph: standard, threads, arena, spin, device: options.device })
    if (refusal === undefined) {
      info = { ...info, graph: 'standard', precision: 'fp32', device: options.device }
      graph = standard
    } else info = { ...info, refusal }
  }
  graph ??= await prepare('fused', options.precision, options.weights)

  const runnerOptions = { graph, tokenizer: tokenizerFile, threads, arena, spin, device: info.device }
  const tokenizer = await openTokenizer(tokenizerFile)
  const runners = workers
    ? await Promise.all(Array.from({ length: workers }, () => openWorkerRunner(runnerOptions)))
    : [await openRunner(runnerOptions, tokenizer)]
  const lanes = openLanes(runners)

  const embedTokens: Encoder['embedTokens'] = async (tokens, { signal, lane = 'ingest' } = {}) => {
    const slab = new Float32Array(tokens.length * bert.hidden)
    const lengths = tokens.map((ids) => ids.length)
    const failed = new AbortController()
    const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
    const runs = planBatches(lengths, batch).map(async (rows) => {
      const pack = () => packBatch(rows.map((row) => tokens[row]!))
      const vectors = await lanes.submit(lane, (runner) => runner.run(pack()), stop)
      for (const [i, row] of rows.entries()) {
        slab.set(vectors.subarray(i * bert.hidden, (i + 1) * bert.hidden), row * bert.hidden)
      }
    })
    try {
      await Promise.all(runs)
      return slab
    } catch (error) {
      failed.abort(error)
      throw error
    }
  }

  return {
    dims: bert.hidden,
    modelSha256,
    async embed(texts, { signal, lane = 'ingest' } = {}) {
      const failed = new AbortController()
      const stop = signal ? AbortSignal.any([signal, failed.signal]) : failed.signal
      try {
        const slices = Array.from({ length: Math.ceil(texts.length / tokenizeAtOnce) }, (_, i) =>
          texts.slice(i * tokenizeAtOnce, (i + 1) * tokenizeAtOnce).map(cutText),
        )
        const tokenized = slices.map((slice) => lanes.submit(lane, (runner) => runner.tokenize(slice), stop))
        const tokens = (await Promise.all(tokenized)).flat()
        return await embedTokens(tokens, { signal: stop, lane })
      } catch (error) {
        failed.abort(error)
        throw error
      }
    },
    embedTokens,
    countTokens: tokenizer.count,
    tokenLengths: (texts) => texts.map((text) => tokenizer.encode(text).length),
    info: () => ({ ...info }),
    close: lanes.close,
  }
}
