import { accessSync, constants, mkdirSync } from 'node:fs'
import { type Hits, messageOf, PipelineError } from '@tenfold/contracts'
import {
  type GraphIndex,
  graphLibrary,
  type Neighbours,
  openGraphIndex,
  publishRows,
  readManifest,
  removeGraphs,
  retuneReasons,
} from '@tenfold/vector-search'
import type { Connection } from '../connection.ts'
import type { Prepare } from '../statements.ts'
import type { StoreOptions } from '../types.ts'
import { fromBlob } from '../vector-rows.ts'
import { graphFolder, graphNames, nameGraph } from './names.ts'

/** A scan of fewer rows is quicker than the way to the graph and back. */
const leastRows = 256
/** Row numbers are chunk ids, and the graph keeps a byte for each number up to the largest. */
const mostRowNumber = 2 ** 24
/** As the measurements of graphs were made: 16 links are enough for what MiniLM makes of texts. */
const shape = { connectivity: 16, expansionAdd: 128, scalar: 'i8' } as const
/** A graph that is seen to find less is not put in force. */
const leastRecall = 0.9

/** Why vectors are searched without a graph although one is wanted, and the way out. */
interface Unmet {
  why: string
  hint: string
}

interface Around {
  db: Connection
  prepare: Prepare
  options: Pick<StoreOptions, 'path' | 'identity'> & { depth: { ef: number; rescore: number } }
  isStaged(): boolean
  /** The f32 rows in memory, brought there by the first who asks. */
  exact(query: Float32Array, k: number, chunkIds: number[]): Hits
}

/**
 * The graph of a file: opened where there is one that belongs to it, built where not. While there is none `search` gives nothing, and
 * the rows are to be scanned.
 */
export class GraphRows {
  unmet: Unmet | undefined
  readonly #around: Around
  readonly #folder: string
  #index: GraphIndex | undefined
  #last: Promise<void> = Promise.resolve()

  constructor(around: Around) {
    this.#around = around
    this.#folder = graphFolder(around.options.path)
  }

  /** Bytes of the graph file, which is mapped, and of vectors that came since. */
  get bytes(): number {
    if (!this.#index) return 0
    const { manifest, changed } = this.#index
    return manifest.bytes + 4 * manifest.dims * changed.added
  }

  /** Nothing is amiss: searched by a graph, or too few rows for one. */
  get isInForce(): boolean {
    return this.#index !== undefined || this.unmet === undefined
  }

  get rows(): { graph: number; added: number; gone: number } | undefined {
    if (!this.#index) return undefined
    const { manifest, changed } = this.#index
    return { graph: manifest.rows, added: changed.added, gone: changed.gone }
  }

  /**
   * Opens or builds the graph, one call at a time. Whatever stands against it ends in `unmet`; throws only ENGINE_UNAVAILABLE, where the
   * library is missing.
   */
  update(): Promise<void> {
    const next = this.#last.then(() => this.#update())
    this.#last = next.catch(() => {})
    return next
  }

  /** What a person can do for it; nothing where all is well. */
  advice(): string[] {
    if (!this.unmet) return []
    const instead = this.#index ? 'the graph of vectors is due to be built anew' : 'vectors are scanned without a graph'
    return [`${instead}: ${this.unmet.why}; ${this.unmet.hint}`]
  }

  /** undefined while there is no graph. */
  search(query: Float32Array, k: number, chunkIds: number[] | undefined): Hits | undefined {
    if (!this.#index) return undefined
    const { rows, scores } = this.#index.search(query, k, chunkIds && Uint32Array.from(chunkIds))
    return { chunkIds: Array.from(rows), scores: Array.from(scores) }
  }

  add(chunkId: number, vector: Float32Array): void {
    this.#index?.add(chunkId, vector)
  }

  remove(chunkId: number): void {
    if (this.#index?.has(chunkId)) this.#index.remove(chunkId)
  }

  close(): void {
    this.#index?.close()
    this.#index = undefined
  }

  async #update(): Promise<void> {
    await graphLibrary()
    this.unmet = undefined
    try {
      const count = this.#around.prepare('chunkCount').pluck().get() as number
      if (this.#around.isStaged() || count < leastRows) return this.close()
      if (!this.#index) await this.#open().catch((error) => this.#note(error))
      if (!this.#index || this.#reasons().length > 0) await this.#build()
      this.unmet = undefined
    } catch (error) {
      this.#note(error)
    }
  }

  /** Takes up the graph in the folder; nothing where there is none of this file. */
  async #open(): Promise<void> {
    const { db, options, prepare } = this.#around
    const manifest = readManifest(this.#folder)
    const name = graphNames(db).find((each) => manifest?.model === this.#model(each))
    if (!name) return
    const opened = await openGraphIndex(this.#folder, {
      model: this.#model(name),
      dims: options.identity.dims,
      read: reader(prepare, options.identity.dims),
      exact: (query, k, rows) => neighbours(this.#around.exact(query, k, Array.from(rows))),
    })
    opened.depth = options.depth
    try {
      // what was written meanwhile is seen too: nothing is awaited from here on
      opened.follow(this.#chunkIds())
    } catch (error) {
      opened.close()
      throw error
    }
    this.close()
    this.#index = opened
  }

  async #build(): Promise<void> {
    const { db, prepare, options } = this.#around
    const { dims } = options.identity
    const stored = prepare('allVectors').all() as { id: number; data: Buffer }[]
    const rows = Uint32Array.from(stored, ({ id }) => id)
    const through = stored.at(-1)!.id
    if (through > mostRowNumber) {
      const hint = 'ingest into a new index, which counts from 1 again, or set db.vectors to int8'
      throw new PipelineError('STORE_FULL', `chunk ids have come to ${through}; a graph takes ${mostRowNumber}`, hint)
    }
    const vectors = new Float32Array(rows.length * dims)
    for (const [i, { data }] of stored.entries()) vectors.set(fromBlob(data), i * dims)
    // what could not be taken up is of no use, and a manifest that cannot be read would stand in the way
    if (!this.#index) removeGraphs(this.#folder)
    mkdirSync(this.#folder, { recursive: true })
    // before minutes are spent on it
    accessSync(this.#folder, constants.W_OK)
    const inForce = this.#index && this.#nameOf(this.#index.manifest.model)
    const model = this.#model(nameGraph(db, inForce))
    const identity = { model, through, shape, depth: options.depth, target: leastRecall }
    await publishRows(this.#folder, { rows, vectors, dims }, identity)
    await this.#open()
  }

  #reasons(): string[] {
    const { manifest, changed } = this.#index!
    return retuneReasons(manifest, { model: manifest.model, ...changed })
  }

  /** Of a file past its first state: every chunk has its vector. */
  #chunkIds(): Uint32Array {
    return Uint32Array.from(this.#around.prepare('anyOrderChunkIds').pluck().all() as number[]).sort()
  }

  #model(name: string): string {
    return `${this.#around.options.identity.modelSha256} ${name}`
  }

  #nameOf(model: string): string | undefined {
    return model.split(' ').at(-1)
  }

  #note(error: unknown): void {
    const hint = error instanceof PipelineError ? error.hint : `see that ${this.#folder} may be written to`
    this.unmet = { why: messageOf(error), hint }
  }
}

/** Rows from the file, the vectors of a call in one buffer. One that another process has removed is all zeros, and is left out of what is shown. */
function reader(prepare: Prepare, dims: number) {
  return (rows: Uint32Array): Float32Array => {
    const vectors = new Float32Array(rows.length * dims)
    const bytes = new Uint8Array(vectors.buffer)
    const found = prepare('vectorOrNull')
      .pluck()
      .all(JSON.stringify(Array.from(rows))) as (Buffer | null)[]
    for (const [i, data] of found.entries()) if (data) bytes.set(data, 4 * dims * i)
    return vectors
  }
}

const neighbours = ({ chunkIds, scores }: Hits): Neighbours => ({
  rows: Uint32Array.from(chunkIds),
  scores: Float32Array.from(scores),
})
