import { quantile } from '@tenfold/measure'
import { openFlatIndex } from '../flat-index.ts'
import { type BuiltGraph, buildGraph, type GraphShape } from '../graph/graph.ts'
import { RescoredGraph } from '../graph/rescored.ts'
import { rowsInMemory } from '../graph/rows.ts'
import { type Recall, recallOf } from '../recall.ts'
import type { FlatIndex, Neighbours } from '../types.ts'
import type { Plan } from './plan.ts'
import type { Candidate, Depth, TuneEffects } from './tune.ts'

export interface TuneData {
  /** Unit vectors, row-major. */
  vectors: Float32Array
  dims: number
  /** Every other one chooses, the rest confirm. */
  queries: readonly Float32Array[]
  k: number
  /** Filters that are common: each must keep the recall by itself. */
  filters?: readonly Uint32Array[]
  /** For builds; more than one makes graphs that differ from build to build. */
  threads?: number
}

type Search = Pick<FlatIndex, 'search'>

/** Times a search is timed; the quickest counts, as what else the machine does only ever adds. */
const passes = 3

/** What the tuner asks for, found by building and searching. `graphOf` gives the graph of a plan it looked at. */
export function measured(data: TuneData): TuneEffects & { graphOf(plan: Plan): BuiltGraph | undefined } {
  const { vectors, dims, k, filters = [] } = data
  const rows = vectors.length / dims
  const graphs = new Map<string, BuiltGraph>()
  const exact = openFlatIndex({ representation: 'f32', rescore: k }, vectors, dims)
  const slices = [undefined, ...filters]
  const halves = { tune: 0, validate: 1 } as const
  const asked = Object.fromEntries(
    Object.entries(halves).map(([half, rest]) => {
      const queries = data.queries.filter((_, i) => i % 2 === rest)
      return [half, { queries, truth: slices.map((slice) => queries.map((query) => exact.search(query, k, slice))) }]
    }),
  ) as Record<keyof typeof halves, { queries: Float32Array[]; truth: Neighbours[][] }>

  const candidate = (bytes: number, at: (depth: Depth) => Search): Candidate => ({
    bytes,
    recall(depth, half) {
      const { queries, truth } = asked[half]
      const index = at(depth)
      const recalls = slices.map((slice, i): Recall => {
        const sliced = { search: (query: Float32Array, k: number) => index.search(query, k, slice) }
        return recallOf(sliced, queries, truth[i]!, k)
      })
      return recalls.reduce((worst, each) => (each.lowerBound < worst.lowerBound ? each : worst))
    },
    p95Ms: (depth) => p95MsOf(at(depth), asked.tune.queries, k),
  })

  return {
    rows,
    flat(representation) {
      const index = representation === 'f32' ? exact : openFlatIndex({ representation, rescore: k }, vectors, dims)
      return candidate(index.bytes, ({ rescore }) => {
        index.rescore = rescore
        return index
      })
    },
    async graph(shape) {
      const read = rowsInMemory(vectors, dims)
      const all = Uint32Array.from({ length: rows }, (_, row) => row)
      const graph = await buildGraph(shape, dims, all, read, data.threads)
      graphs.set(keyOf(shape), graph)
      const index = new RescoredGraph(graph, rows - 1, read, { ef: k, rescore: k })
      return candidate(graphBytes(shape, dims, rows), (depth) => {
        index.depth = depth
        return index
      })
    },
    graphOf: (plan) => (plan.kind === 'graph' ? graphs.get(keyOf(plan)) : undefined),
  }
}

const keyOf = ({ connectivity, expansionAdd, scalar }: GraphShape) => `${connectivity}/${expansionAdd}/${scalar}`

const scalarBytes = { i8: 1, f16: 2, f32: 4 }

/**
 * Bytes of the file: of a node its vector, key, level, and room for 2M links of 4 bytes; one in M nodes has M links in each further layer.
 */
function graphBytes({ connectivity, scalar }: GraphShape, dims: number, rows: number): number {
  const upper = (4 + 4 * connectivity) / (connectivity - 1)
  return Math.round(rows * (dims * scalarBytes[scalar] + 8 + 2 + 4 + 8 * connectivity + upper))
}

function p95MsOf(index: Search, queries: readonly Float32Array[], k: number): number {
  const best = queries.map(() => Number.POSITIVE_INFINITY)
  for (let pass = 0; pass <= passes; pass++) {
    for (const [i, query] of queries.entries()) {
      const start = performance.now()
      index.search(query, k)
      // the first pass warms up
      if (pass > 0) best[i] = Math.min(best[i]!, performance.now() - start)
    }
  }
  return quantile(best, 0.95)
}
