import { messageOf, PipelineError } from '@tenfold/contracts'
import { graphLibrary, type Library } from './library.ts'
import type { RowReader } from './rows.ts'

/** What a graph is made with; another value needs another build. */
export interface GraphShape {
  /** Links of a node in the upper layers, M; twice that in the lowest. */
  connectivity: number
  /** Candidates looked at to place a node, efConstruction. */
  expansionAdd: number
  /** How vectors are kept in the graph. i8: the direction of a vector at 127 steps each way. */
  scalar: 'i8' | 'f16' | 'f32'
}

/**
 * A graph of the library, with what the library does not look after: it shows no more rows than it has, refuses what would make it throw
 * something vague or crash, and knows no scores, as those of its codes are no dot products. ef is asked for through the number of
 * candidates: the library looks at max(ef, k).
 */
export interface Graph {
  readonly dims: number
  readonly size: number
  /** Row numbers, the nearest first; a graph may find fewer than it has. `query`: `dims` finite numbers. */
  nearest(query: Float32Array, candidates: number): Uint32Array
  /** Is there a node for each of these rows? */
  has(rows: Uint32Array): boolean[]
}

export interface BuiltGraph extends Graph {
  /** Throws DATA_EMPTY for an empty graph, whose file would hang the library that opens it, and STORE_FULL where it cannot be written. */
  save(file: string): void
}

/** Rows added in one call of the library. */
const batch = 8192
/** How far the length of a vector may be from 1: the library keeps directions only, so longer vectors would rank as if they were not. */
const lengthTolerance = 0.01

const open = ({ Index, MetricKind, ScalarKind }: Library, dims: number, shape: GraphShape) =>
  new Index({
    dimensions: dims,
    metric: MetricKind.IP,
    quantization: { i8: ScalarKind.I8, f16: ScalarKind.F16, f32: ScalarKind.F32 }[shape.scalar],
    connectivity: shape.connectivity,
    expansion_add: shape.expansionAdd,
    // the least the library looks at: candidates ask for more
    expansion_search: 16,
    multi: false,
  })

/**
 * A graph over `rows`, read in batches. Throws DATA_UNREADABLE for a row that is given twice, is not of finite numbers or not of
 * length 1. With more than one thread the graph differs from build to build.
 */
export async function buildGraph(
  shape: GraphShape,
  dims: number,
  rows: Uint32Array,
  read: RowReader,
  threads = 1,
): Promise<BuiltGraph> {
  const index = open(await graphLibrary(), dims, shape)
  const seen = new Set<number>()
  for (let at = 0; at < rows.length; at += batch) {
    const part = rows.subarray(at, at + batch)
    const vectors = read(part)
    part.forEach((row, i) => {
      if (seen.size === seen.add(row).size) throw malformed(`row ${row} is given twice`)
      const length = Math.sqrt(vectors.subarray(i * dims, (i + 1) * dims).reduce((sum, x) => sum + x * x, 0))
      // NaN and infinity fail this too
      if (!(Math.abs(length - 1) <= lengthTolerance))
        throw malformed(`row ${row} has a vector of length ${length.toFixed(3)}, not 1`)
    })
    index.add(BigUint64Array.from(part, BigInt), vectors, threads)
    // lets timers and messages through: a build takes minutes
    await new Promise(setImmediate)
  }
  return {
    ...graphOf(index, dims),
    save(file) {
      if (index.size() === 0)
        throw new PipelineError('DATA_EMPTY', 'a graph of no rows is not saved', 'search exactly until there are rows')
      try {
        index.save(file)
      } catch (error) {
        const hint = 'make room on the disk, and see that its folder may be written to'
        throw new PipelineError('STORE_FULL', `${file} could not be written: ${messageOf(error)}`, hint, {
          cause: error,
        })
      }
    },
  }
}

/**
 * A graph file, mapped into memory and never changed. Call after `checkFile`: searching a damaged file kills the process. Throws
 * INDEX_MISMATCH where dimensions or rows are not those expected, as the library takes over what the file says.
 */
export async function viewGraph(file: string, shape: GraphShape, dims: number, rows: number): Promise<Graph> {
  const index = open(await graphLibrary(), dims, shape)
  try {
    index.view(file)
  } catch (error) {
    throw new PipelineError('INDEX_MISMATCH', `${file} is no graph: ${messageOf(error)}`, rebuild, { cause: error })
  }
  const found = { dims: Number(index.dimensions()), rows: Number(index.size()) }
  if (found.dims === dims && found.rows === rows) return graphOf(index, dims)
  throw new PipelineError(
    'INDEX_MISMATCH',
    `${file} holds ${found.rows} vectors of ${found.dims} numbers, its manifest says ${rows} of ${dims}`,
    rebuild,
  )
}

const rebuild = 'build the graph again from the f32 rows; until then search exactly'
const malformed = (message: string) =>
  new PipelineError('DATA_UNREADABLE', message, 'give unit vectors of finite numbers, each row once')

/** Row numbers have 32 bits: the lower word of each key. Making numbers of them one by one took longer than rescoring. */
function rowsOf(keys: BigUint64Array): Uint32Array {
  const words = new Uint32Array(keys.buffer, keys.byteOffset, 2 * keys.length)
  const rows = new Uint32Array(keys.length)
  for (let i = 0; i < rows.length; i++) rows[i] = words[2 * i]!
  return rows
}

function graphOf(index: InstanceType<Library['Index']>, dims: number): Graph {
  const size = Number(index.size())
  return {
    dims,
    size,
    nearest(query, candidates) {
      if (query.length !== dims || !query.every(Number.isFinite))
        throw malformed(`a query is no ${dims} finite numbers`)
      // an empty graph throws, and so does a search for nothing
      const count = Math.min(candidates, size)
      if (count < 1) return new Uint32Array(0)
      // a copy: the exact search of the library reads a view from the start of its buffer, and no test watches the other paths for it
      const { keys } = index.search(query.slice(), count, 1)
      return rowsOf(keys)
    },
    has: (rows) => (rows.length === 0 ? [] : (index.contains(BigUint64Array.from(rows, BigInt)) as boolean[])),
  }
}
