import { execFile } from 'node:child_process'
import { readFile, rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { messageOf, PipelineError } from '@tenfold/contracts'
import type { Usage } from './bert.ts'

/** Cosines of vectors of the same texts, by the graph and by fp32. */
export interface Parity {
  mean: number
  min: number
  texts: number
}

/** int8 loses a little; the same weights in another layout lose nothing but the order of additions. */
const gates = { int8: { mean: 0.99, min: 0.97 }, fp32: { mean: 0.9999, min: 0.9999 } }

export interface ParityRequest {
  /** Where parity.json lies. */
  folder: string
  graph: string
  precision: keyof typeof gates
  tokenizer: string
  usage: Usage
  /** The fp32 graph; asked for only when there is something to compare. */
  reference(): Promise<string>
}

/** What the process that compares is told. */
export interface ParityJob {
  graph: string
  reference: string
  tokenizer: string
  usage: Usage
}

/**
 * Compares a converted graph with fp32 on a fixed set of texts, once: the result stays in `parity.json` beside the graph.
 * Throws ENGINE_UNAVAILABLE below the gate.
 */
export async function ensureParity({
  folder,
  graph,
  precision,
  tokenizer,
  usage,
  reference,
}: ParityRequest): Promise<Parity> {
  const file = join(folder, 'parity.json')
  const known = await readParity(file)
  const parity = known ?? (await compare({ graph, tokenizer, usage, reference: await reference() }))
  if (!known) {
    const temporary = `${file}.${process.pid}.tmp`
    await writeFile(temporary, JSON.stringify(parity))
    await rename(temporary, file)
  }
  const gate = gates[precision]
  if (parity.mean >= gate.mean && parity.min >= gate.min) return parity
  const what = `this ${precision} graph gives other vectors than fp32 on ${parity.texts} texts: cosine ${parity.mean.toFixed(5)} on average (at least ${gate.mean} wanted), ${parity.min.toFixed(5)} at worst (${gate.min} wanted)`
  const hint = `set speed.precision to fp32 and memory.weights to copy, or remove ${folder} to convert and compare again`
  throw new PipelineError('ENGINE_UNAVAILABLE', what, hint)
}

async function readParity(file: string): Promise<Parity | undefined> {
  try {
    const { mean, min, texts } = JSON.parse(await readFile(file, 'utf8')) as Parity
    return [mean, min, texts].every(Number.isFinite) ? { mean, min, texts } : undefined
  } catch {
    return undefined
  }
}

/** In a process of its own: two models at once would stay in the memory of this one. */
async function compare(job: ParityJob): Promise<Parity> {
  const script = fileURLToPath(new URL('../dist/parity.js', import.meta.url))
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script, JSON.stringify(job)])
    return JSON.parse(stdout) as Parity
  } catch (cause) {
    const hint =
      'run `pnpm build` if dist/parity.js is missing, or set speed.precision to fp32 and memory.weights to copy'
    throw new PipelineError('ENGINE_UNAVAILABLE', `no comparison with fp32: ${messageOf(cause)}`, hint, { cause })
  }
}
