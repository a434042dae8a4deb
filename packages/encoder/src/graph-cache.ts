import { execFile } from 'node:child_process'
import { open, readFile } from 'node:fs/promises'
import { cpus } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf, PipelineError } from '@tenfold/contracts'
import { env } from 'onnxruntime-node'
import { ensureFolder, keyOf } from './graph-folder.ts'
import type { ModelSource } from './model-source.ts'
import { ensureParity } from './parity-gate.ts'

/** Raised whenever the same inputs would give another graph. */
const writerVersion = 5
const files = { graph: 'model.onnx', weights: 'weights.bin' }

export type Vocabulary = 'fused' | 'unmasked' | 'standard'

export interface GraphRequest {
  source: ModelSource
  precision: 'fp32' | 'int8'
  vocabulary: Vocabulary
  weights: 'copy' | 'mmap'
  /** Folder of converted graphs. */
  cache: string
}

/**
 * Path of the .onnx file for `request`, converted on first use and compared with fp32 once where the conversion changes numbers.
 * Throws ENGINE_UNAVAILABLE where they differ too much, MODEL_UNAVAILABLE where the model cannot be read.
 */
export async function ensureGraph(request: GraphRequest): Promise<string> {
  const { source, precision, weights, cache } = request
  const flags = await cpuFlags()
  const plain = 'onnx' in source.file ? source.file.onnx : await ensurePlain(request, source.file, flags)
  const packed = ['packed', env.versions.node ?? '', flags]
  const folder =
    weights === 'copy'
      ? join(plain, '..')
      : await ensureFolder(join(cache, keyOf([plainKey(request, flags), ...packed])), (to) => prepack(plain, to))
  const graph = weights === 'copy' ? plain : join(folder, files.graph)
  if (precision === 'int8' || weights === 'mmap') {
    const reference = () => ensureGraph({ ...request, precision: 'fp32', vocabulary: 'fused', weights: 'copy' })
    await ensureParity({ folder, graph, precision, tokenizer: source.tokenizer, usage: source.usage, reference })
  }
  return graph
}

function plainKey({ source, precision, vocabulary }: GraphRequest, flags: string): string {
  if ('onnx' in source.file) return source.sha256
  const { layers, hidden, heads, maxTokens, epsilon, pooling } = source.file.shape
  const shape = [layers, hidden, heads, maxTokens, epsilon, pooling]
  return keyOf([
    source.sha256,
    writerVersion,
    precision,
    vocabulary,
    precision === 'int8' ? levelsOf(flags) : '',
    ...shape,
  ])
}

const levelsOf = (flags: string) => (/vnni/.test(flags) || process.arch !== 'x64' ? 127 : 63)

async function ensurePlain(
  request: GraphRequest,
  { safetensors, shape }: Extract<ModelSource['file'], { safetensors: string }>,
  flags: string,
): Promise<string> {
  const { precision, vocabulary, cache } = request
  const folder = await ensureFolder(join(cache, plainKey(request, flags)), async (temporary) => {
    // the writer and its protobuf are loaded only here: most starts find the graph written
    const { writeModel } = await import('./write-model.ts')
    const plan = { safetensors, shape, folder: temporary, files, precision, vocabulary, levels: levelsOf(flags) }
    await writeModel(plan).catch((cause: unknown) => {
      const hint = 'the file may be cut short, or no BERT of the shape its config.json tells: fetch it again'
      const what = `${basename(safetensors)} gives no graph: ${messageOf(cause)}`
      throw new PipelineError('MODEL_UNAVAILABLE', what, hint, { cause })
    })
  })
  return join(folder, files.graph)
}

/**
 * Lets the runtime lay out the weights as its kernels want them and save that, so that a later load maps them from disk.
 * In a process of its own: the memory this takes is given back for certain.
 */
async function prepack(plain: string, target: string): Promise<void> {
  const script = fileURLToPath(new URL('../dist/prepack.js', import.meta.url))
  try {
    await promisify(execFile)(process.execPath, [script, plain, join(target, files.graph), files.weights])
    for (const name of [files.graph, files.weights]) {
      const file = await open(join(target, name), 'r+')
      await file.sync()
      await file.close()
    }
  } catch (error) {
    const hint = 'run `pnpm build` if dist/prepack.js is missing, or set memory.weights to copy'
    throw new PipelineError('ENGINE_UNAVAILABLE', `weights could not be pre-packed: ${messageOf(error)}`, hint, {
      cause: error,
    })
  }
}

/** What decides the layout of pre-packed weights: vector extensions, or the processor's name where they are not told. */
async function cpuFlags(): Promise<string> {
  const info = await readFile('/proc/cpuinfo', 'utf8').catch(() => '')
  const line = /^(?:flags|Features)\s*:\s*(.*)$/m.exec(info)?.[1]
  const vector = line?.split(' ').filter((flag) => /^(avx|amx|fma|sse4|f16c|asimd|i8mm|sve|sme|bf16)/.test(flag))
  return vector?.join(' ') ?? `${process.arch} ${cpus()[0]?.model ?? ''}`
}
