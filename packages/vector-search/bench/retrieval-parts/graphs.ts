import { execFile } from 'node:child_process'
import { existsSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { promisify } from 'node:util'
import { wanted } from '../../src/graph/library.ts'
import { RescoredGraph } from '../../src/graph/rescored.ts'
import {
  buildGraph,
  type GraphManifest,
  type GraphShape,
  type Neighbours,
  openFlatIndex,
  publishGraph,
  readManifest,
  recallOf,
  rowsInMemory,
} from '../../src/index.ts'
import { smallest, steps } from '../../src/tuner/bisect.ts'
import { keepsRecall } from '../../src/tuner/plan.ts'
import { scratch } from './corpus.ts'
import { dims, fileOf, kept } from './vectors.ts'

export const k = 10
const target = 0.99
/** Certified somewhat above what is asked, as other questions are asked later. */
const goal = { recall: 0.993 }
/** As many links as usearch gives, found among four times as many candidates: that costs only time to build. */
const sparse: GraphShape = { connectivity: 16, expansionAdd: 512, scalar: 'i8' }
const threads = 2

/** Exact neighbours of questions, found once and kept: of each, k rows and k scores. */
export async function truthOf(name: string, vectors: Float32Array, questions: Float32Array[]): Promise<Neighbours[]> {
  const flat = await kept(`truth-${name}`, () => {
    const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
    const all = new Float32Array(2 * k * questions.length)
    for (const [i, query] of questions.entries()) {
      const { rows, scores } = exact.search(query, k)
      all.set(rows, 2 * k * i)
      all.set(scores, 2 * k * i + k)
    }
    return all
  })
  return questions.map((_, i) => ({
    rows: Uint32Array.from(flat.subarray(2 * k * i, 2 * k * i + k)),
    scores: flat.slice(2 * k * i + k, 2 * k * (i + 1)),
  }))
}

/** A published int8 graph over `vectors`, built once and kept, ef and depth of rescoring fitted on the tune questions. */
export async function keptGraph(name: string, vectors: Float32Array, tune: Float32Array[], shape = sparse) {
  const rows = vectors.length / dims
  const rowsFile = await fileOf(name, () => vectors)
  const folder = path.join(scratch, `graph-${name}-${shape.connectivity}-${shape.expansionAdd}`)
  const known = readManifest(folder)
  if (known) return { folder, manifest: known, rowsFile }
  process.stderr.write(`building a graph of ${name}\n`)
  const read = rowsInMemory(vectors, dims)
  const all = Uint32Array.from({ length: rows }, (_, row) => row)
  const graph = await buildGraph(shape, dims, all, read, threads)
  const truth = await truthOf(`tune-${name}`, vectors, tune)
  const index = new RescoredGraph(graph, rows - 1, read, { ef: k, rescore: k })
  const at = (ef: number, rescore: number) => {
    index.depth = { ef, rescore }
    return recallOf(index, tune, truth, k)
  }
  const holds = (ef: number, rescore: number) => keepsRecall(at(ef, rescore), goal)
  const ef = smallest(steps(16, 2000, 1.15), (each) => holds(each, each)) ?? 2000
  const rescore = smallest(steps(k, ef, 1.15), (each) => holds(ef, each)) ?? ef
  const manifest = await publishGraph(folder, graph, {
    ...shape,
    model: 'bench',
    lastRow: rows - 1,
    through: 0,
    ef,
    rescore,
    recall: { ...at(ef, rescore), k, target, queries: tune.length },
    mean: new Float32Array(dims),
    proof: tune.slice(0, 50).map((query, i) => ({ query, truth: truth[i]! })),
  })
  return { folder, manifest, rowsFile }
}

/** usearch with its defaults over the same rows, f32: built once and kept as a file. */
export async function keptDefaults(rows: number, vectors: Float32Array): Promise<string> {
  const file = path.join(scratch, `${wanted}-f32-${rows}.usearch`)
  if (existsSync(file)) return file
  process.stderr.write(`building usearch f32 with defaults, ${rows}\n`)
  const { Index, MetricKind } = await import('usearch')
  const index = new Index(dims, MetricKind.IP)
  index.add(
    BigUint64Array.from({ length: rows }, (_, row) => BigInt(row)),
    vectors.subarray(0, rows * dims),
    threads,
  )
  index.save(file)
  return file
}

export interface Weighed {
  /** Of each question, one time a pass. */
  ms: number[][]
  found: Neighbours[]
  openMs: number
  /** What opening and searching added. */
  added: { privateBytes: number; fileBackedBytes: number }
  /** Of the whole process, the runtime included. */
  wholePrivateBytes: number
}

/** An index alone in a process: what it holds, and its times. */
export async function weigh(
  engine: { engine: 'graph'; folder: string; rowsFile: string } | { engine: 'usearch'; file: string },
  questions: Float32Array[],
  passes: number,
  count = k,
): Promise<Weighed> {
  const asked = path.join(scratch, 'asked.f32')
  writeFileSync(asked, Buffer.concat(questions.map((query) => Buffer.from(query.slice().buffer))))
  const order = JSON.stringify({ ...engine, dims, k: count, questions: asked, passes })
  const script = path.join(import.meta.dirname, 'resident.mjs')
  const { stdout } = await promisify(execFile)(process.execPath, ['--expose-gc', script, order], { maxBuffer: 2 ** 28 })
  const { found, ...rest } = JSON.parse(stdout)
  const typed = ({ rows, scores }: { rows: number[]; scores: number[] }): Neighbours => ({
    rows: Uint32Array.from(rows),
    scores: Float32Array.from(scores),
  })
  return { ...rest, found: found.map(typed) }
}

/** Recall of answers that were given already. */
export function recallOfFound(found: readonly Neighbours[], questions: Float32Array[], truth: Neighbours[]) {
  const answers = new Map(questions.map((query, i) => [query, found[i]!]))
  return recallOf({ search: (query) => answers.get(query)! }, questions, truth, k)
}

export const toldOf = ({ connectivity, expansionAdd, ef, rescore, recall }: GraphManifest) =>
  `M ${connectivity}, efConstruction ${expansionAdd}, ef ${ef}, ${rescore} rescored, lower bound ${recall.lowerBound.toFixed(4)} on ${recall.queries} tune questions`
