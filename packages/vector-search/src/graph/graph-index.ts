import { existsSync } from 'node:fs'
import path from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { seededRandom } from '@tenfold/measure'
import type { Neighbours } from '../types.ts'
import { Changes } from './changes.ts'
import { checkFile, tryInChild } from './check.ts'
import { exactOf, merged } from './exact.ts'
import { type Graph, viewGraph } from './graph.ts'
import { type GraphManifest, readManifest } from './manifest.ts'
import { markClosed, markOpen } from './marks.ts'
import type { RowReader } from './rows.ts'

export interface GraphIndexOptions {
  /** Identity of the model the queries are embedded with. */
  model: string
  dims: number
  /** The f32 rows, the only truth. Rows added later need not be there until the graph is built anew. */
  read: RowReader
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
  /** Takes over a graph that was published since; false where none was. Throws INDEX_MISMATCH and keeps the old one where it is damaged. */
  refresh(): Promise<boolean>
  /** Takes back the note that the folder is open. The mapped file goes with the last reference to this index. */
  close(): void
  /** Nodes looked at and candidates rescored; from the manifest, and may be changed between searches. */
  depth: { ef: number; rescore: number }
  readonly manifest: GraphManifest
  readonly size: number
  /** Rows with a new vector and rows of the graph that are gone, since it was built; `last` is the number of the latest change. */
  readonly changed: { added: number; gone: number; last: number }
}

/** A filter of no more rows is scored row by row: 0.8 ms for 1000 of them, where over-fetching took 6 and lost neighbours. */
const exactRows = 5000
/** A filter passes fewer candidates than its share now and then, so more are asked for; beyond a tenth of the graph, reading all matches is quicker. */
const overFetch = 1.5
const mostOfGraph = 0.1
/** Searches of the trial after a crash. */
const trials = 50

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
    return new LiveGraph(folder, options, manifest, await opened(folder, manifest, crashed))
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
  depth: { ef: number; rescore: number }
  readonly #folder: string
  readonly #read: RowReader
  readonly #changes: Changes
  #graph: Graph
  /** 1 for the rows of the graph that still have their vector. */
  #present: Uint8Array
  #live: number

  constructor(folder: string, { read, dims }: GraphIndexOptions, manifest: GraphManifest, graph: Graph) {
    this.#folder = folder
    this.#read = read
    this.#changes = new Changes(dims, manifest.through)
    this.manifest = manifest
    this.depth = { ef: manifest.ef, rescore: manifest.rescore }
    this.#graph = graph
    this.#present = presentIn(graph, manifest)
    this.#live = manifest.rows
  }

  get size(): number {
    return this.#live + this.#changes.added
  }

  get changed() {
    return { added: this.#changes.added, gone: this.manifest.rows - this.#live, last: this.#changes.last }
  }

  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    const fresh = this.#changes.search(query, k, rows)
    if (k === 0 || this.#live === 0) return fresh
    const known = this.#candidates(query, k, rows)
    return merged([exactOf(known, this.#read, query, k), fresh], k)
  }

  exactSearch(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    const fresh = this.#changes.search(query, k, rows)
    return merged([exactOf(this.#matching(rows), this.#read, query, k), fresh], k)
  }

  add(row: number, vector: Float32Array, change?: number): void {
    this.#changes.add(row, vector, change)
    this.#hide(row)
  }

  remove(row: number, change?: number): void {
    if (this.#present[row] !== 1 && !this.#changes.has(row))
      throw new PipelineError('DATA_UNREADABLE', `row ${row} has no vector`, 'remove rows once')
    this.#changes.remove(row, change)
    this.#hide(row)
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
    this.depth = { ef: next.ef, rescore: next.rescore }
    this.#graph = graph
    this.#present = presentIn(graph, next)
    this.#live = next.rows
    this.#changes.forget(next.through)
    for (const row of this.#changes.rows()) this.#hide(row)
    return true
  }

  close(): void {
    markClosed(this.#folder)
  }

  #hide(row: number): void {
    if (this.#present[row] !== 1) return
    this.#present[row] = 0
    this.#live--
  }

  /** Rows of the graph that may be among the k best. All that match where the graph cannot be trusted to find enough. */
  #candidates(query: Float32Array, k: number, rows: Uint32Array | undefined): Uint32Array {
    const { ef, rescore } = this.depth
    const enough = Math.max(k, rescore)
    const matching = rows && this.#matching(rows)
    const matches = matching?.length ?? this.#live
    if (matches <= enough || (matching && matches <= exactRows)) return matching ?? this.#matching()
    const share = matches / this.#graph.size / (matching ? overFetch : 1)
    const fetched = Math.ceil(Math.max(ef, enough) / share)
    if (matching && fetched > mostOfGraph * this.#graph.size) return matching
    const allowed = matching ? maskOf(matching, this.#present.length) : this.#present
    const found = this.#graph.nearest(query, fetched).filter((row) => allowed[row] === 1)
    // without a filter, fewer than asked for only means that the graph has few: k of them will do
    if (found.length < (matching ? enough : k)) return matching ?? this.#matching()
    return found.subarray(0, enough)
  }

  /** Rows of the graph with a vector, of these or of all, each once. */
  #matching(rows?: Uint32Array): Uint32Array {
    if (!rows) return Uint32Array.from(this.#present.keys()).filter((row) => this.#present[row] === 1)
    return Uint32Array.from(new Set(rows)).filter((row) => this.#present[row] === 1)
  }
}

function presentIn(graph: Graph, { rows, lastRow }: GraphManifest): Uint8Array {
  const present = new Uint8Array(lastRow + 1)
  if (rows === present.length) return present.fill(1)
  return Uint8Array.from(graph.has(Uint32Array.from(present.keys())), Number)
}

function maskOf(rows: Uint32Array, length: number): Uint8Array {
  const mask = new Uint8Array(length)
  for (const row of rows) mask[row] = 1
  return mask
}

const mismatch = (message: string) =>
  new PipelineError('INDEX_MISMATCH', message, 'build the graph again from the f32 rows; until then search exactly')
