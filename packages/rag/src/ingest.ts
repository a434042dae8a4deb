import type { Config, Doc, IngestStats } from '@tenfold/contracts'
import type { Encoder } from '@tenfold/encoder'
import { type IngestRun, ingest as run } from '@tenfold/ingest'
import type { Store } from '@tenfold/store-sqlite'

export interface IngestOptions extends Pick<IngestRun, 'replace' | 'progress' | 'totalDocs' | 'signal'> {
  encoder: Encoder
  store: Store
  config: Config
}

/** Documents in, chunks with vectors stored, by the settings of the configuration. */
export const ingest = (docs: AsyncIterable<Doc>, { config, ...options }: IngestOptions): Promise<IngestStats> =>
  run(docs, { ...options, chunking: chunkingOf(config), window: config['memory.ingestWindow'] })

export const chunkingOf = (config: Config): IngestRun['chunking'] => ({
  maxTokens: config['rag.chunkTokens'],
  overlapTokens: config['rag.chunkOverlapTokens'],
})
