import type { Config, Doc, IngestStats } from '@tenfold/contracts'
import type { Encoder } from '@tenfold/encoder'
import { type IngestRun, type IngestStore, ingest as run } from '@tenfold/ingest'

export interface IngestOptions extends Pick<IngestRun, 'replace' | 'progress' | 'totalDocs' | 'signal'> {
  encoder: Encoder
  store: IngestStore
  config: Config
}

/** Documents in, chunks with vectors stored, by the settings of the configuration. */
export const ingest = (docs: AsyncIterable<Doc>, { config, ...options }: IngestOptions): Promise<IngestStats> =>
  run(docs, { ...options, chunking: chunkingOf(config), window: config['memory.ingestWindow'] })

export const chunkingOf = (config: Config): IngestRun['chunking'] => ({
  maxTokens: config['rag.chunkTokens'],
  overlapTokens: config['rag.chunkOverlapTokens'],
})
