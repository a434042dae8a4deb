import type { EnsureOptions } from '@tenfold/models'
import { type BatchRule, packBatch, placeRows, planBatches } from './batches.ts'
import { chooseGraph } from './choose-graph.ts'
import type { Vocabulary } from './graph-cache.ts'
import { type Lane, type Lanes, openLanes } from './lanes.ts'
import { findModel, type OwnModel } from './model-source.ts'
import { openQueryBatches } from './query-batches.ts'
import { readTokenizer } from './read-tokenizer.ts'
import { openRunner, type RunnerOptions } from './runner.ts'
import type { Device } from './session.ts'
import { cutText, openTokenizer, type TextTokenizer } from './tokenizer.ts'
import { openWorkerRunner } from './worker-runner.ts'

export interface EncoderOptions {
  /** all-MiniLM-L6-v2 when absent. */
  model?: OwnModel
  precision: 'fp32' | 'int8'
  /**
   * `fused` (when absent): operators as ONNX Runtime fuses a standard export; texts are padded to the longest of their batch. `unmasked`:
   * those that are quickest where texts of a batch are of one length; on the CPU.
   */
  graph?: 'fused' | 'unmasked'
  /** Threads of one session; 0 leaves it to the runtime. */
  threads: number
  /** Worker threads with a session each; 0 runs on the calling thread. */
  workers: number
  /** One more worker that no ingest work gets, so that a question never waits for a batch of documents; on Linux the others stand back for it. */
  queryWorker?: boolean
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
  /** Operators of the graph: ONNX Runtime's fused ones, standard ones only (devices other than the CPU; fp32), or as a .onnx file has them. */
  graph: Vocabulary | 'exported'
  /** fp32 for a .onnx file, whatever arithmetic it was exported with. */
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
  /** Which of the model's prefixes is put before the texts: that of a query in the lane `query` and that of a passage in `ingest`, when absent. */
  role?: 'query' | 'passage'
}

/** Text → vector with all-MiniLM-L6-v2, or a model of the user's own. */
export interface Encoder {
  readonly dims: number
  readonly modelSha256: string
  /** One row of `dims` values of length 1 per text, row-major. Texts are cut at the model's longest. Throws the signal's reason. */
  embed(texts: string[], options?: EmbedOptions): Promise<Float32Array>
  /** The same for token ids, markers included: 1 to the model's longest for each row. No prefix is added. */
  embedTokens(tokens: Int32Array[], options?: Pick<EmbedOptions, 'signal' | 'lane'>): Promise<Float32Array>
  /** Tokens of the whole text, without prefix and without the two markers that embedding adds. */
  countTokens(text: string): number
  /** Tokens each text takes in a batch as a passage: cut, with markers. */
  tokenLengths(texts: string[]): number[]
  info(): EncoderInfo
  close(): Promise<void>
}

/** Texts tokenised in one go: about 16 ms of 256-token texts, so that a query never waits long. */
const tokenizeAtOnce = 32

/**
 * Fetches and converts the model on first use, and compares the conversion with fp32 once.
 * Throws MODEL_UNAVAILABLE, MODEL_HASH_MISMATCH or ENGINE_UNAVAILABLE.
 */
export async function openEncoder(options: EncoderOptions, fetching: EnsureOptions = {}): Promise<Encoder> {
  const { threads, workers, queryWorker = false, arena, batch } = options
  const source = await findModel(options.model, fetching)
  const { maxTokens, pooling, prefix } = source.usage
  const spin = workers <= 1 && !queryWorker && !options.shared
  const { graph, choice } = await chooseGraph(options, spin, source, fetching)

  const tokens = await readTokenizer(source.tokenizer, fetching.env)
  const runnerOptions = {
    graph,
    tokenizer: tokens,
    maxTokens,
    pooling,
    threads,
    arena,
    spin,
    device: choice.device,
  }
  const tokenizer = await openTokenizer(tokens, maxTokens)
  const { runners, forQueries } = await openRunners(runnerOptions, tokenizer, workers, queryWorker)
  const lanes = openLanes(runners, forQueries)
  const dims = 'onnx' in source.file ? await dimsOf(lanes) : source.file.shape.hidden
  // int8 measures activations over a whole batch, and so may a .onnx file: there a question's vector would depend on who else asks
  const rowsAreIndependent = choice.precision === 'fp32' && choice.graph !== 'exported'
  const embedQuery = openQueryBatches(lanes, rowsAreIndependent ? batch.maxTexts : 1)
  const said = (text: string, role: 'query' | 'passage') => cutText(prefix[role] + text, maxTokens)

  /** Rows in the order of `tokens`, whatever the batches. */
  const embedTokens: Encoder['embedTokens'] = (tokens, { signal, lane = 'ingest' } = {}) =>
    stopping(signal, async (stop) => {
      const slab = new Float32Array(tokens.length * dims)
      const lengths = tokens.map((ids) => ids.length)
      const runs = planBatches(lengths, batch, choice.graph === 'unmasked').map(async (rows) => {
        const pack = () => packBatch(rows.map((row) => tokens[row]!))
        const vectors = await lanes.submit(lane, (runner) => runner.run(pack()), stop)
        placeRows(slab, vectors, rows)
      })
      await Promise.all(runs)
      return slab
    })

  const embedAll = (texts: string[], lane: Lane, signal?: AbortSignal): Promise<Float32Array> =>
    stopping(signal, async (stop) => {
      const slices = Array.from({ length: Math.ceil(texts.length / tokenizeAtOnce) }, (_, i) =>
        texts.slice(i * tokenizeAtOnce, (i + 1) * tokenizeAtOnce),
      )
      const tokenized = slices.map((slice) => lanes.submit(lane, (runner) => runner.tokenize(slice), stop))
      return embedTokens((await Promise.all(tokenized)).flat(), { signal: stop, lane })
    })

  return {
    dims,
    modelSha256: source.sha256,
    async embed(texts, { signal, lane = 'ingest', role = lane === 'query' ? 'query' : 'passage' } = {}) {
      const [only] = texts
      if (lane === 'query' && texts.length === 1) return embedQuery(said(only!, role), signal)
      return embedAll(
        texts.map((text) => said(text, role)),
        lane,
        signal,
      )
    },
    embedTokens,
    countTokens: tokenizer.count,
    tokenLengths: (texts) => texts.map((text) => tokenizer.encode(said(text, 'passage')).length),
    info: () => ({ threads, workers, ...choice }),
    close: lanes.close,
  }
}

/** Work in many parts: the first that fails stops the others. */
async function stopping<Result>(
  signal: AbortSignal | undefined,
  work: (stop: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const failed = new AbortController()
  try {
    return await work(signal ? AbortSignal.any([signal, failed.signal]) : failed.signal)
  } catch (error) {
    failed.abort(error)
    throw error
  }
}

/** Of ingest workers beside one for questions: a tenth of its weight, where three threads share two cores. */
const ingestNiceness = 10

async function openRunners(options: RunnerOptions, tokenizer: TextTokenizer, workers: number, queryWorker: boolean) {
  const open = (count: number, own: RunnerOptions) =>
    Promise.all(Array.from({ length: count }, () => openWorkerRunner(own)))
  const ingesting = queryWorker ? { ...options, niceness: ingestNiceness } : options
  const [runners, forQueries] = await Promise.all([
    workers > 0 ? open(workers, ingesting) : [await openRunner(options, tokenizer)],
    open(queryWorker ? 1 : 0, options),
  ])
  return { runners, forQueries }
}

/** What a .onnx file does not tell before it runs. */
async function dimsOf(lanes: Lanes): Promise<number> {
  try {
    return (await lanes.submit('query', (runner) => runner.embed(['']))).length
  } catch (error) {
    await lanes.close()
    throw error
  }
}
