import type { IngestProgress, Store } from '@tenfold/contracts'
import type { ChunkOptions } from '@tenfold/dataset'

/** What turns texts into vectors: one row of `dims` values for each text, row-major. */
export interface IngestEncoder {
  readonly dims: number
  embed(texts: string[], options?: { signal?: AbortSignal }): Promise<Float32Array>
  countTokens(text: string): number
}

/** What holds documents. */
export type IngestStore = Pick<Store, 'docHash' | 'docIds' | 'vectorsByHash' | 'upsertDocs' | 'removeDoc' | 'refresh'>

/** The queues between the stages, each named after what fills it. */
export type QueueName = 'read' | 'cut' | 'batched' | 'embedded'

/** Items a queue holds at most: documents in the first two, batches in the others. */
export type QueueLimits = Record<QueueName, number>

export interface IngestRun {
  encoder: IngestEncoder
  store: IngestStore
  chunking: Omit<ChunkOptions, 'countTokens'>
  /** Documents between the source and the store at most; 0 reads all of them first. */
  window: number
  /** Documents that did not come again are removed. */
  replace: boolean
  /** Documents to come, where that is known: gives a time left. */
  totalDocs?: number
  /** Called after each commit. */
  progress(docs: number, chunks: number, event?: IngestProgress): void
  /** Ends the run with the signal's reason; what is committed stays. */
  signal?: AbortSignal
  limits?: Partial<QueueLimits>
}

/** A chunk on its way; the vector is there when it is stored already, or once its batch is embedded. */
export interface Piece {
  text: string
  hash: string
  vector: Float32Array | undefined
}
