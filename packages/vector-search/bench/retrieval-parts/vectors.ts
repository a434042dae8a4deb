import { closeSync, existsSync, mkdirSync, openSync, readFileSync, readSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { gunzipSync } from 'node:zlib'
import { openEncoder } from '@tenfold/encoder'
import { seededRandom } from '@tenfold/measure'
import { openFlatIndex } from '../../src/index.ts'

const root = path.resolve(import.meta.dirname, '../../../..')
const folder = process.env.TENFOLD_BENCH_DATA ?? path.join(root, '..', 'shared', 'data')
export const scratch = path.join(root, '.tenfold/bench/retrieval')
export const dims = 384

const unzip = (...names: string[]) => gunzipSync(readFileSync(path.join(folder, ...names)))
const lines = (...names: string[]) =>
  unzip(...names)
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { title?: string; text: string })
const asFloats = (bytes: Uint8Array) => new Float32Array(new Uint8Array(bytes).buffer)
const rowsOf = (slab: Float32Array, width = dims): Float32Array[] =>
  Array.from({ length: slab.length / width }, (_, i) => slab.slice(i * width, (i + 1) * width))

/** Numbers that take long to make, kept in a file. */
export async function kept(name: string, make: () => Promise<Float32Array> | Float32Array): Promise<Float32Array> {
  const file = path.join(scratch, `${name}.f32`)
  if (existsSync(file)) return asFloats(readFileSync(file))
  mkdirSync(scratch, { recursive: true })
  const made = await make()
  writeFileSync(`${file}.tmp`, made)
  renameSync(`${file}.tmp`, file)
  return made
}

async function embed(texts: string[], lane: 'query' | 'ingest'): Promise<Float32Array> {
  const encoder = await openEncoder({
    graph: 'unmasked',
    precision: 'int8',
    threads: 1,
    workers: 2,
    arena: true,
    weights: 'mmap',
    device: 'cpu',
    batch: { maxTexts: 64, tokenBudget: 512 },
  })
  try {
    const slab = new Float32Array(texts.length * dims)
    for (let at = 0; at < texts.length; at += 500) {
      slab.set(await encoder.embed(texts.slice(at, at + 500), { lane }), at * dims)
      process.stderr.write(`embedded ${Math.min(at + 500, texts.length)} of ${texts.length}\n`)
    }
    return slab
  } finally {
    await encoder.close()
  }
}

const every = <Line>(all: Line[], n: number) => all.filter((_, i) => i % Math.floor(all.length / n) === 0).slice(0, n)

/** Every nth passage of cppdocs, and every nth of its questions; undefined where there is no cppdocs. */
export function realTexts(passages: number, questions: number) {
  if (!existsSync(path.join(folder, 'cppdocs'))) return undefined
  return {
    passages: () => every(lines('cppdocs', 'corpus.jsonl.gz'), passages).map(({ title, text }) => `${title}\n${text}`),
    questions: () => every(lines('cppdocs', 'queries.jsonl.gz'), questions).map(({ text }) => text),
  }
}

/** Their vectors, embedded once. */
export async function realVectors(passages: number, questions: number) {
  const texts = realTexts(passages, questions)
  if (!texts) return undefined
  const docs = await kept(`passages-${passages}`, () => embed(texts.passages(), 'ingest'))
  const queries = await kept(`questions-${questions}`, () => embed(texts.questions(), 'ingest'))
  return { docs, queries: rowsOf(queries) }
}

/** Length of the noise, as a share of a vector's distance to its own 10th neighbour. */
const noiseShare = 0.3

/** `count` vectors: the real ones, then copies with Gaussian noise, of length 1 again. */
export async function perturbedCopies(real: Float32Array, count: number): Promise<Float32Array> {
  const reach = await kept(`reach-${real.length / dims}`, () => tenthNeighbour(real))
  const random = seededRandom(10)
  const all = new Float32Array(count * dims)
  all.set(real.subarray(0, all.length))
  const noise = new Float64Array(dims)
  for (let row = real.length / dims; row < count; row++) {
    const source = row % (real.length / dims)
    let length = 0
    for (let i = 0; i < dims; i++) {
      // Box and Muller 1958
      noise[i] = Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random())
      length += noise[i]! ** 2
    }
    const factor = (noiseShare * reach[source]!) / Math.sqrt(length)
    let norm = 0
    for (let i = 0; i < dims; i++) norm += (noise[i] = real[source * dims + i]! + factor * noise[i]!) ** 2
    for (let i = 0; i < dims; i++) all[row * dims + i] = noise[i]! / Math.sqrt(norm)
  }
  return all
}

/** How far a blend lies towards a neighbour at most, and how much of the difference of two other neighbours is added. */
const blend = { towards: 0.5, added: 0.5 }

/**
 * `count` vectors: the real ones, then real ones moved towards a near neighbour and along the difference of two other neighbours, of
 * length 1 again. Noise in all directions would put a hundred copies around each real vector and nothing between: a graph cannot be
 * walked there (it found 57 % with 2000 candidates), and no corpus looks like that.
 */
async function blends(real: Float32Array, count: number): Promise<Float32Array> {
  const near = await kept(`near-${real.length / dims}`, () => tenNeighbours(real))
  const random = seededRandom(11)
  const sources = real.length / dims
  const all = new Float32Array(count * dims)
  all.set(real.subarray(0, all.length))
  const neighbour = (row: number) => near[10 * row + Math.floor(10 * random())]! * dims
  for (let row = sources; row < count; row++) {
    const from = row % sources
    const [at, to, other] = [from * dims, neighbour(from), Math.floor(sources * random())]
    const [a, b] = [other * dims, neighbour(other)]
    const share = blend.towards * random()
    let norm = 0
    for (let i = 0; i < dims; i++) {
      const x = real[at + i]! + share * (real[to + i]! - real[at + i]!) + blend.added * (real[b + i]! - real[a + i]!)
      all[row * dims + i] = x
      norm += x * x
    }
    const length = Math.sqrt(norm)
    for (let i = 0; i < dims; i++) all[row * dims + i]! /= length
  }
  return all
}

/** The ten nearest others of each unit vector. */
function tenNeighbours(real: Float32Array): Float32Array {
  const index = openFlatIndex({ representation: 'int8', rescore: 40 }, real, dims)
  return Float32Array.from(
    rowsOf(real).flatMap((row, i) => [...index.search(row, 11).rows].filter((each) => each !== i).slice(0, 10)),
  )
}

/** Vectors in a file, to read row by row. */
export async function fileOf(name: string, make: () => Promise<Float32Array> | Float32Array): Promise<string> {
  const file = path.join(scratch, `${name}.f32`)
  if (existsSync(file)) return file
  const vectors = await make()
  const handle = openSync(`${file}.tmp`, 'w')
  const piece = 50_000 * dims
  for (let at = 0; at < vectors.length; at += piece) writeFileSync(handle, vectors.subarray(at, at + piece))
  closeSync(handle)
  renameSync(`${file}.tmp`, file)
  return file
}

/** Blends, made once and kept in a file. */
export async function keptBlends(real: Float32Array, count: number): Promise<Float32Array> {
  const file = await fileOf(`blends-${count}`, () => blends(real, count))
  const all = new Float32Array(count * dims)
  const bytes = new Uint8Array(all.buffer)
  const handle = openSync(file, 'r')
  const piece = 2 ** 28
  for (let at = 0; at < bytes.length; at += piece) {
    readSync(handle, bytes, at, Math.min(piece, bytes.length - at), at)
  }
  closeSync(handle)
  return all
}

/** Distance of each unit vector to its 10th neighbour: |a − b|² = 2 − 2ab. */
function tenthNeighbour(real: Float32Array): Float32Array {
  const index = openFlatIndex({ representation: 'f32', rescore: 11 }, real, dims)
  return Float32Array.from(rowsOf(real), (row) => Math.sqrt(Math.max(0, 2 - 2 * index.search(row, 11).scores.at(-1)!)))
}

/** The small GloVe set: 10,000 words and 500 others to ask with, 100 dimensions. */
export function glove() {
  if (!existsSync(path.join(folder, 'glove100-10k'))) return undefined
  const read = (name: string) => asFloats(unzip('glove100-10k', `${name}.f32.gz`))
  return { dims: 100, vectors: read('base'), queries: rowsOf(read('queries'), 100) }
}
