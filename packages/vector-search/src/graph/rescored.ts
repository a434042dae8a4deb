import { PipelineError } from '@tenfold/contracts'
import type { Neighbours } from '../types.ts'
import { exactOf } from './exact.ts'
import type { Graph } from './graph.ts'
import type { RowReader } from './rows.ts'

/** A filter of no more rows is scored row by row: 0.8 ms for 1000 of them, where over-fetching took 6 and lost neighbours. */
const exactRows = 5000
/** A filter passes fewer candidates than its share now and then, so more are asked for; beyond a tenth of the graph, reading all matches is quicker. */
const overFetch = 1.5
const mostOfGraph = 0.1

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
  /** 1 for each of them. */
  readonly #present: Uint8Array

  /** `lastRow`: the largest row number in the graph. */
  constructor(graph: Graph, lastRow: number, read: RowReader, depth: GraphDepth) {
    this.depth = depth
    this.live = graph.size
    this.#graph = graph
    this.#read = read
    this.#present = presentIn(graph, lastRow)
  }

  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    this.#check(query, k)
    if (k === 0 || this.live === 0) return { rows: new Uint32Array(0), scores: new Float32Array(0) }
    return exactOf(this.#candidates(query, k, rows), this.#read, query, k)
  }

  exactSearch(query: Float32Array, k: number, rows?: Uint32Array): Neighbours {
    this.#check(query, k)
    return exactOf(this.#matching(rows), this.#read, query, k)
  }

  has = (row: number): boolean => this.#present[row] === 1

  hide(row: number): void {
    if (!this.has(row)) return
    this.#present[row] = 0
    this.live--
  }

  /** Rows of the graph that may be among the k best. All that match where the graph cannot be trusted to find enough. */
  #candidates(query: Float32Array, k: number, rows: Uint32Array | undefined): Uint32Array {
    const { ef, rescore } = this.depth
    const enough = Math.max(k, rescore)
    const matching = rows && this.#matching(rows)
    const matches = matching?.length ?? this.live
    if (matches <= enough || (matching && matches <= exactRows)) return matching ?? this.#matching()
    const share = matches / this.#graph.size / (matching ? overFetch : 1)
    const fetched = Math.ceil(Math.max(ef, enough) / share)
    if (matching && fetched > mostOfGraph * this.#graph.size) return matching
    const allowed = matching ? maskOf(matching, this.#present.length) : this.#present
    const found = firstOf(this.#graph.nearest(query, fetched), allowed, enough)
    // without a filter, fewer than asked for only means that the graph has few: k of them will do
    if (found.length < (matching ? enough : k)) return matching ?? this.#matching()
    return found
  }

  /** Rows of the graph with a vector, of these or of all, each once. */
  #matching(rows?: Uint32Array): Uint32Array {
    if (!rows) return Uint32Array.from(this.#present.keys()).filter(this.has)
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
