import { execFile } from 'node:child_process'
import { createHash, randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { cpus } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf, PipelineError } from '@tenfold/contracts'
import { env } from 'onnxruntime-node'

/** Raised whenever the same inputs would give another graph. */
const writerVersion = 1
const files = { graph: 'model.onnx', weights: 'weights.bin' }

export type Vocabulary = 'fused' | 'standard'

export interface GraphRequest {
  /** A model.safetensors. */
  model: string
  modelSha256: string
  precision: 'fp32' | 'int8'
  vocabulary: Vocabulary
  weights: 'copy' | 'mmap'
  /** Folder of converted graphs. */
  cache: string
}

/** Path of the .onnx file for `request`, converted on first use. Complete or absent: folders arrive by rename. */
export async function ensureGraph(request: GraphRequest): Promise<string> {
  const { model, modelSha256, precision, vocabulary, weights, cache } = request
  const flags = await cpuFlags()
  const levels = /vnni/.test(flags) || process.arch !== 'x64' ? 127 : 63
  const identity = [modelSha256, writerVersion, precision, vocabulary, precision === 'int8' ? levels : '']
  const plain = await ensureFolder(join(cache, keyOf(identity)), async (folder) => {
    // the writer and its protobuf are loaded only here: most starts find the graph written
    const { writeModel } = await import('./write-model.ts')
    await writeModel({ model, folder, files, precision, vocabulary, levels })
  })
  if (weights === 'copy') return join(plain, files.graph)
  const packed = [...identity, 'packed', env.versions.node ?? '', flags]
  const folder = await ensureFolder(join(cache, keyOf(packed)), (target) => prepack(plain, target))
  return join(folder, files.graph)
}

const keyOf = (parts: (string | number)[]) => createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 16)

const partEnding = '.part'
/** A conversion takes seconds; a temporary folder this old belongs to a process that was killed. */
const abandonedMs = 600_000

async function sweep(cache: string): Promise<void> {
  for (const name of await readdir(cache)) {
    const folder = join(cache, name)
    const changedMs = name.endsWith(partEnding) && (await stat(folder).catch(() => undefined))?.mtimeMs
    if (changedMs && Date.now() - changedMs > abandonedMs) await rm(folder, { recursive: true, force: true })
  }
}

async function ensureFolder(folder: string, fill: (temporary: string) => Promise<void>): Promise<string> {
  if (existsSync(folder)) return folder
  const temporary = `${folder}.${process.pid}.${randomUUID().slice(0, 8)}${partEnding}`
  await mkdir(temporary, { recursive: true })
  await sweep(dirname(folder))
  try {
    await fill(temporary)
    await rename(temporary, folder)
  } catch (error) {
    await rm(temporary, { recursive: true, force: true })
    if (!existsSync(folder)) throw error // else another process was first with the same content
  }
  return folder
}

/**
 * Lets the runtime lay out the weights as its kernels want them and save that, so that a later load maps them from disk.
 * In a process of its own: the memory this takes is given back for certain.
 */
async function prepack(plain: string, target: string): Promise<void> {
  const script = fileURLToPath(new URL('../dist/prepack.js', import.meta.url))
  const [from, to] = [join(plain, files.graph), join(target, files.graph)]
  try {
    await promisify(execFile)(process.execPath, [script, from, to, files.weights])
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
