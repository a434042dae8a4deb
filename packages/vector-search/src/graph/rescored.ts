import { PipelineError } from '@tenfold/contracts'
import type { Neighbours } from '../types.ts'
import { type Exact, exactOf } from './exact.ts'
import type { Graph } from './graph.ts'
import type { RowReader } from './rows.ts'

/** A filter of no more rows is scored row by row: 0.8 ms for 1000 of them, where over-fetching took 6 and lost neighbours. */
const exactRows = 5000
/** A filter passes fewer candidates than its share now and then, so more are asked for; beyond a tenth of the graph, reading all matches is quicker. */
const overFetch = 1.5
const mostOfGraph = 0.1
/** So many rows are scored as they are read, whatever else can search exactly: 0.4 ms from a database. */
const readRows = 200

/** Nodes of a graph looked at, and how many of those are scored again with f32. */
export interface GraphDepth {
  ef: number
  rescore: number
}

/** A graph whose candidates are scored with f32, without the rows that are gone. */
export class RescoredGraph {
  depth: GraphDepth
  /** Rows that still have their vector. */
  live: number
  readonly #graph: Graph
  readonly #read: RowReader
  readonly #wide: Exact
  /** 1 for each of them. */
  readonly #present: Uint8Array

  /** `lastRow`: the largest row number in the graph. `exact`: for many rows, where something is quicker at them than `read`. */
  constructor(graph: Graph, lastRow: number, read: RowReader, depth: GraphDepth, exact?: Exact) {
    this.depth = depth
    this.live = graph.size
    this.#graph = graph
    this.#read = read
    this.#wide = exact ?? ((query, k, rows) => exactOf(rows, read, query, k))
    this.#present = presentIn(graph, lastRow)
  }

  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    this.#check(query, k)
    if (k === 0 || this.live === 0) return { rows: new Uint32Array(0), scores: new Float32Array(0) }
    const matching = rows && this.#matching(rows)
    const found = this.#candidates(query, k, matching)
    return found ? exactOf(found, this.#read, query, k) : this.#exact(query, k, matching)
  }

  exactSearch(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    this.#check(query, k)
    return this.#exact(query, k, rows && this.#matching(rows))
  }

  has = (row: number): boolean => this.#present[row] === 1

  hide(row: number): void {
    if (!this.has(row)) return
    this.#present[row] = 0
    this.live--
  }

  /** All rows that still have their vector, ascending. */
  rows(): Uint32Array {
    return Uint32Array.from(this.#present.keys()).filter(this.has)
  }

  #exact(query: Float32Array, k: number, matching = this.rows()): Neighbours {
    return matching.length <= readRows ? exactOf(matching, this.#read, query, k) : this.#wide(query, k, matching)
  }

  /** Rows of the graph that may be among the k best; undefined where it cannot be trusted to find enough, and all that match are to be scored. */
  #candidates(query: Float32Array, k: number, matching: Uint32Array | undefined): Uint32Array | undefined {
    const { ef, rescore } = this.depth
    const enough = Math.max(k, rescore)
    const matches = matching?.length ?? this.live
    if (matches <= enough || (matching && matches <= exactRows)) return undefined
    const share = matches / this.#graph.size / (matching ? overFetch : 1)
    const fetched = Math.ceil(Math.max(ef, enough) / share)
    if (matching && fetched > mostOfGraph * this.#graph.size) return undefined
    const allowed = matching ? maskOf(matching, this.#present.length) : this.#present
    const found = firstOf(this.#graph.nearest(query, fetched), allowed, enough)
    // without a filter, fewer than asked for only means that the graph has few: k of them will do
    return found.length < (matching ? enough : k) ? undefined : found
  }

  /** Of these rows, those of the graph with a vector, each once. */
  #matching(rows: Uint32Array): Uint32Array {
    return Uint32Array.from(new Set(rows)).filter(this.has)
  }

  #check(query: Float32Array, k: number): void {
    const strange = !Number.isInteger(k) || k < 0 ? `k is ${k}, not a whole number from 0` : undefined
    const other =
      query.length === this.#graph.dims
        ? undefined
        : `a query has ${query.length} numbers, the graph ${this.#graph.dims}`
    const wrong =
      strange ?? other ?? (query.every(Number.isFinite) ? undefined : 'a query has a number that is not finite')
    if (wrong) throw new PipelineError('DATA_UNREADABLE', wrong, 'embed the text again with the model of the index')
  }
}

function presentIn(graph: Graph, lastRow: number): Uint8Array {
  const present = new Uint8Array(lastRow + 1)
  if (graph.size === present.length) return present.fill(1)
  return Uint8Array.from(graph.has(Uint32Array.from(present.keys())), Number)
}

/** The first `count` of `rows` that `allowed` has a 1 for. */
function firstOf(rows: Uint32Array, allowed: Uint8Array, count: number): Uint32Array {
  const first = new Uint32Array(Math.min(count, rows.length))
  let found = 0
  for (let i = 0; i < rows.length && found < first.length; i++) {
    if (allowed[rows[i]!] === 1) first[found++] = rows[i]!
  }
  return first.subarray(0, found)
}

function maskOf(rows: Uint32Array, length: number): Uint8Array {
  const mask = new Uint8Array(length)
  for (const row of rows) mask[row] = 1
  return mask
}
