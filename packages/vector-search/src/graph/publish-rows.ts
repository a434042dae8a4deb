import { openFlatIndex } from '../flat-index.ts'
import { recallOf } from '../recall.ts'
import { buildGraph, type GraphShape } from './graph.ts'
import type { GraphManifest } from './manifest.ts'
import { meanOf } from './mean.ts'
import { publishGraph } from './publish.ts'
import { type GraphDepth, RescoredGraph } from './rescored.ts'

/** Rows with numbers of their own, ascending, and their unit vectors, row-major. */
export interface NumberedRows {
  rows: Uint32Array
  vectors: Float32Array
  dims: number
}

export interface RowsPublication {
  /** See the manifest. */
  model: string
  through: number
  shape: GraphShape
  depth: GraphDepth
  /** The recall@10 that the written file must not be seen to miss. */
  target: number
}

/** Questions that tell what the graph finds: pairs of rows far apart in their order, added up, so that none is a row itself. */
const questions = 50
const k = 10

/** Builds a graph at a given depth, without a search for the best one (see `tuneAndPublish`), and publishes it. Throws like both steps. */
export async function publishRows(
  folder: string,
  { rows, vectors, dims }: NumberedRows,
  { model, through, shape, depth, target }: RowsPublication,
): Promise<GraphManifest> {
  const at = new Map(Array.from(rows, (row, i) => [row, i]))
  const vectorAt = (i: number) => vectors.subarray(i * dims, (i + 1) * dims)
  const read = (wanted: Uint32Array) => {
    const found = new Float32Array(wanted.length * dims)
    for (let i = 0; i < wanted.length; i++) found.set(vectorAt(at.get(wanted[i]!)!), i * dims)
    return found
  }
  const graph = await buildGraph(shape, dims, rows, read)
  const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
  const asked = Array.from({ length: Math.min(questions, rows.length) }, (_, i) => {
    const [one, other] = [0, 1].map((half) =>
      vectorAt(Math.floor(((i + half / 2) * rows.length) / questions) % rows.length),
    )
    return one!.map((x, j) => x + other![j]! / 2)
  })
  const truth = asked.map((query) => {
    const found = exact.search(query, k)
    return { rows: found.rows.map((i) => rows[i]!), scores: found.scores }
  })
  const lastRow = rows.at(-1)!
  const recall = recallOf(new RescoredGraph(graph, lastRow, read, depth), asked, truth, k)
  return publishGraph(folder, graph, {
    model,
    through,
    lastRow,
    ...shape,
    ...depth,
    recall: { ...recall, k, target, queries: asked.length },
    mean: meanOf(vectors, dims),
    proof: asked.map((query, i) => ({ query, truth: truth[i]! })),
  })
}
