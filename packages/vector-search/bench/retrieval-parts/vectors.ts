import { closeSync, existsSync, mkdirSync, openSync, readSync, renameSync, statSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { openEncoder } from '@tenfold/encoder'
import { seededRandom } from '@tenfold/measure'
import { scratch, type Texts } from './corpus.ts'

export const dims = 384
/** Bytes read or written at once: Node refuses two GiB and more. */
const piece = 2 ** 28

/** Numbers that take long to make, in a file: made once. */
export async function fileOf(name: string, make: () => Promise<Float32Array> | Float32Array): Promise<string> {
  const file = path.join(scratch, `${name}.f32`)
  if (existsSync(file)) return file
  mkdirSync(scratch, { recursive: true })
  const made = await make()
  const bytes = new Uint8Array(made.buffer, made.byteOffset, made.byteLength)
  const handle = openSync(`${file}.tmp`, 'w')
  for (let at = 0; at < bytes.length; at += piece) writeFileSync(handle, bytes.subarray(at, at + piece))
  closeSync(handle)
  renameSync(`${file}.tmp`, file)
  return file
}

/** The same, read. */
export async function kept(name: string, make: () => Promise<Float32Array> | Float32Array): Promise<Float32Array> {
  const file = await fileOf(name, make)
  const all = new Float32Array(statSync(file).size / 4)
  const bytes = new Uint8Array(all.buffer)
  const handle = openSync(file, 'r')
  for (let at = 0; at < bytes.length; at += piece) readSync(handle, bytes, at, Math.min(piece, bytes.length - at), at)
  closeSync(handle)
  return all
}

const batch = 500
/** Rows of one file: what a stop loses. */
const rowsOfFile = 10_000

/** Vectors of texts, embedded once; the encoder is opened when there is something to embed. */
async function embedded(name: string, texts: string[]): Promise<Float32Array> {
  const all = new Float32Array(texts.length * dims)
  let encoder: Encoder | undefined
  try {
    for (let from = 0; from < texts.length; from += rowsOfFile) {
      const some = texts.slice(from, from + rowsOfFile)
      const vectors = await kept(`${name}-${from}`, async () => {
        encoder ??= await opened()
        const slab = new Float32Array(some.length * dims)
        for (let at = 0; at < some.length; at += batch)
          slab.set(await encoder.embed(some.slice(at, at + batch), { lane: 'ingest' }), at * dims)
        process.stderr.write(`embedded ${from + some.length} of ${texts.length}\n`)
        return slab
      })
      all.set(vectors, from * dims)
    }
    return all
  } finally {
    await encoder?.close()
  }
}

const opened = () =>
  openEncoder({
    graph: 'unmasked',
    precision: 'int8',
    threads: 1,
    workers: 2,
    arena: true,
    weights: 'mmap',
    device: 'cpu',
    batch: { maxTexts: 64, tokenBudget: 512 },
  })
type Encoder = Awaited<ReturnType<typeof opened>>

export interface Vectors {
  /** As the texts: passages first, then sentences. */
  rows: Float32Array
  queries: Float32Array[]
}

export async function realVectors({ rows, questions }: Texts): Promise<Vectors> {
  const asked = await embedded(`questions-${questions.length}`, questions)
  return { rows: await embedded('real', rows), queries: questions.map((_, i) => asked.slice(i * dims, (i + 1) * dims)) }
}

export interface Sample {
  /** What the rows are. */
  name: string
  vectors: Float32Array
  texts: string[]
}

/** All passages and every nth sentence; where fewer rows are wanted, every nth passage. */
export function sampled({ rows, passages }: Texts, all: Float32Array, count: number): Sample {
  const whole = Math.min(count, passages)
  const sentences = count - whole
  const every = (from: number, of: number, wanted: number) =>
    Array.from({ length: wanted }, (_, i) => from + Math.floor((i * of) / wanted))
  const taken = [...every(0, passages, whole), ...every(passages, rows.length - passages, sentences)]
  const vectors = new Float32Array(count * dims)
  for (const [i, row] of taken.entries()) vectors.set(all.subarray(row * dims, (row + 1) * dims), i * dims)
  const name = `${count} rows of cppdocs (${whole} passages${sentences > 0 ? `, ${sentences} of their sentences` : ''})`
  return { name, vectors, texts: taken.map((row) => rows[row]!) }
}

/** How far a copy lies towards a neighbour at most, and how much of the difference of two other neighbours is added. */
const blend = { towards: 0.5, added: 0.5 }
const neighbours = 10

/**
 * `count` rows: the real ones, and where they are too few copies of them, each moved towards a near neighbour and along the difference
 * of two other neighbours, of length 1 again. Noise in all directions would put a cloud around each real row and nothing between:
 * a graph cannot be walked there, and no corpus looks like that.
 */
export async function withCopies(real: Float32Array, count: number): Promise<{ name: string; vectors: Float32Array }> {
  const sources = real.length / dims
  if (count <= sources) return { name: `${count} rows of cppdocs`, vectors: real.subarray(0, count * dims) }
  const name = `${count} rows: ${sources} of cppdocs, ${count - sources} perturbed copies of them`
  return { name, vectors: await kept(`copies-${count}`, () => copies(real, count)) }
}

async function copies(real: Float32Array, count: number): Promise<Float32Array> {
  const sources = real.length / dims
  const near = await kept(`near-${sources}`, () => nearest(real))
  const random = seededRandom(11)
  const all = new Float32Array(count * dims)
  all.set(real)
  const neighbour = (row: number) => near[neighbours * row + Math.floor(neighbours * random())]! * dims
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

const threads = 2
const searchedAtOnce = 10_000

/** The nearest others of each unit vector, by a graph: near enough to say which way neighbours lie. */
async function nearest(real: Float32Array): Promise<Float32Array> {
  const { Index, MetricKind, ScalarKind } = await import('usearch')
  const sources = real.length / dims
  const graph = new Index(dims, MetricKind.IP, ScalarKind.I8)
  graph.add(
    BigUint64Array.from({ length: sources }, (_, row) => BigInt(row)),
    real,
    threads,
  )
  const all = new Float32Array(neighbours * sources)
  for (let from = 0; from < sources; from += searchedAtOnce) {
    const asked = real.subarray(from * dims, (from + searchedAtOnce) * dims)
    const wanted = neighbours + 1
    const { keys } = graph.search(asked, wanted, threads)
    for (let i = 0; i < asked.length / dims; i++) {
      const others = [...keys.subarray(i * wanted, (i + 1) * wanted)].map(Number).filter((row) => row !== from + i)
      all.set(others.slice(0, neighbours), (from + i) * neighbours)
    }
  }
  return all
}
