import { existsSync } from 'node:fs'
import path from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { seededRandom } from '@tenfold/measure'
import type { Neighbours } from '../types.ts'
import { Changes } from './changes.ts'
import { checkFile, tryInChild } from './check.ts'
import { type Exact, merged } from './exact.ts'
import { type Graph, viewGraph } from './graph.ts'
import { type GraphManifest, readManifest } from './manifest.ts'
import { dropMarks, markClosed, markOpen } from './marks.ts'
import { type GraphDepth, RescoredGraph } from './rescored.ts'
import type { RowReader } from './rows.ts'

export interface GraphIndexOptions {
  /** Identity of the model the queries are embedded with. */
  model: string
  dims: number
  /** The f32 rows, the only truth. Rows added later need not be there until the graph is built anew. */
  read: RowReader
  /** Scores many of the rows at once, where something is quicker at that than reading them: filters and exact searches. */
  exact?: Exact
}

/** Search over a published graph, rescored with f32, and over the rows that changed since. */
export interface GraphIndex {
  /**
   * As of a flat index: the k rows with the largest dot product, ties by the smaller row, min(k, matches) of them always. Near enough
   * exact, as the manifest says; exact where a filter leaves few rows or the graph finds too few.
   */
  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours
  /** The same without the graph: reads every row. */
  exactSearch(query: Float32Array, k: number, rows?: Uint32Array): Neighbours
  /** A new vector for a row, found from now on. `change`: its number where the owner counts changes. */
  add(row: number, vector: Float32Array, change?: number): void
  /** Throws DATA_UNREADABLE where the row has no vector. */
  remove(row: number, change?: number): void
  has(row: number): boolean
  /** Follows the rows that have a vector now: those it lacks are read and added, those it has beyond them are gone. */
  follow(rows: Uint32Array): void
  /** Takes over a graph that was published since; false where none was. Throws INDEX_MISMATCH and keeps the old one where it is damaged. */
  refresh(): Promise<boolean>
  /** Takes back the note that the folder is open. The mapped file goes with the last reference to this index. */
  close(): void
  /** Nodes looked at and candidates rescored; from the manifest, and may be changed between searches. */
  depth: GraphDepth
  readonly manifest: GraphManifest
  readonly size: number
  /** Rows with a new vector and rows of the graph that are gone, since it was built; `last` is the number of the latest change. */
  readonly changed: { added: number; gone: number; last: number }
}

/** Searches of the trial after a crash. */
const trials = 50
/** Rows that `follow` reads in one call. */
const rowsAtOnce = 1024

/**
 * Opens the graph that is in force in `folder`. Its file is read and compared with its checksum first; after a process ended without
 * `close`, another one tries it before this one does. Throws INDEX_MISSING where nothing was published, INDEX_MISMATCH where file, model
 * or dimensions are not those expected.
 */
export async function openGraphIndex(folder: string, options: GraphIndexOptions): Promise<GraphIndex> {
  const manifest = readManifest(folder)
  if (!manifest)
    throw new PipelineError('INDEX_MISSING', `no graph was published in ${folder}`, 'publish one, or search exactly')
  if (manifest.model !== options.model || manifest.dims !== options.dims)
    throw mismatch(
      `the graph is of ${manifest.dims} numbers by ${manifest.model}, not ${options.dims} by ${options.model}`,
    )
  const crashed = markOpen(folder)
  try {
    const graph = await opened(folder, manifest, crashed.length > 0)
    dropMarks(folder, crashed)
    return new LiveGraph(folder, options, manifest, graph)
  } catch (error) {
    markClosed(folder)
    throw error
  }
}

async function opened(folder: string, manifest: GraphManifest, doubtful: boolean): Promise<Graph> {
  const file = path.join(folder, manifest.file)
  if (!existsSync(file)) throw mismatch(`${file} is not there`)
  if (doubtful) {
    const random = seededRandom(manifest.version)
    const query = () => Float32Array.from({ length: manifest.dims }, () => random() - 0.5)
    await tryInChild({ file, manifest, queries: Array.from({ length: trials }, query) })
  }
  await checkFile(file, manifest)
  return viewGraph(file, manifest, manifest.dims, manifest.rows)
}

class LiveGraph implements GraphIndex {
  manifest: GraphManifest
  readonly #folder: string
  readonly #options: GraphIndexOptions
  readonly #changes: Changes
  #graph: RescoredGraph

  constructor(folder: string, options: GraphIndexOptions, manifest: GraphManifest, graph: Graph) {
    this.#folder = folder
    this.#options = options
    this.#changes = new Changes(options.dims, manifest.through)
    this.manifest = manifest
    this.#graph = rescored(graph, manifest, options)
  }

  get depth(): GraphDepth {
    return this.#graph.depth
  }

  set depth(depth: GraphDepth) {
    this.#graph.depth = depth
  }

  get size(): number {
    return this.#graph.live + this.#changes.added
  }

  get changed() {
    return { added: this.#changes.added, gone: this.manifest.rows - this.#graph.live, last: this.#changes.last }
  }

  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    const known = this.#graph.search(query, k, rows)
    if (this.#changes.added === 0) return known
    return merged([known, this.#changes.search(query, k, rows)], k)
  }

  exactSearch(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    return merged([this.#graph.exactSearch(query, k, rows), this.#changes.search(query, k, rows)], k)
  }

  add(row: number, vector: Float32Array, change?: number): void {
    this.#changes.add(row, vector, change)
    this.#graph.hide(row)
  }

  remove(row: number, change?: number): void {
    if (!this.has(row)) throw new PipelineError('DATA_UNREADABLE', `row ${row} has no vector`, 'remove rows once')
    this.#changes.remove(row, change)
    this.#graph.hide(row)
  }

  has(row: number): boolean {
    return this.#graph.has(row) || this.#changes.has(row)
  }

  follow(rows: Uint32Array): void {
    const there = new Set(rows)
    for (const row of [...this.#graph.rows(), ...this.#changes.rows()])
      if (!there.has(row) && this.has(row)) this.remove(row)
    const { dims, read } = this.#options
    const lacking = rows.filter((row) => !this.has(row))
    for (let at = 0; at < lacking.length; at += rowsAtOnce) {
      const part = lacking.subarray(at, at + rowsAtOnce)
      const vectors = read(part)
      part.forEach((row, i) => {
        this.add(row, vectors.slice(i * dims, (i + 1) * dims))
      })
    }
  }

  async refresh(): Promise<boolean> {
    const next = readManifest(this.#folder)
    if (!next || next.version === this.manifest.version) return false
    if (next.model !== this.manifest.model || next.dims !== this.manifest.dims)
      throw mismatch(`the new graph is of ${next.dims} numbers by ${next.model}; open it with that model`)
    if (next.through < this.manifest.through)
      throw mismatch(`the graph knows changes up to ${next.through} only; open it again and add those after`)
    const graph = await opened(this.#folder, next, false)
    this.manifest = next
    this.#graph = rescored(graph, next, this.#options)
    this.#changes.forget(next.through)
    for (const row of this.#changes.rows()) this.#graph.hide(row)
    return true
  }

  close(): void {
    markClosed(this.#folder)
  }
}

const rescored = (graph: Graph, { lastRow, ef, rescore }: GraphManifest, { read, exact }: GraphIndexOptions) =>
  new RescoredGraph(graph, lastRow, read, { ef, rescore }, exact)

const mismatch = (message: string) =>
  new PipelineError('INDEX_MISMATCH', message, 'build the graph again from the f32 rows; until then search exactly')
