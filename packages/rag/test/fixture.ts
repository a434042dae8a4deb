import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, type Doc, type Patch, parseConfig, type Target } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import type { Encoder } from '@tenfold/encoder'
import { openStore, type SqliteStore, storeOptions } from '@tenfold/store-sqlite'
import { onTestFinished } from 'vitest'
import { openRag } from '../src/index.ts'
import { identityOf } from '../src/stores.ts'

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tenfold-rag-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Real pages: a part of the documentation that the data set package installs. */
export const pagesFolder = join(import.meta.dirname, '../../dataset/node_modules/ai/docs/09-troubleshooting')

/** The first of them, or of another folder. */
export async function pages(count: number, path = pagesFolder): Promise<Doc[]> {
  const found: Doc[] = []
  for await (const doc of (await openDataset({ kind: 'path', path })).docs()) {
    if (found.length < count) found.push(doc)
  }
  return found
}

export async function* stream(docs: readonly Doc[]): AsyncGenerator<Doc> {
  yield* docs
}

/** The smallest work that still goes through every part. */
export const small: Patch = {
  'speed.precision': 'int8',
  'speed.contextPassages': 1,
  // a thread more than there are free cores makes llama.cpp many times slower
  'speed.generatorThreads': 1,
  'memory.contextTokens': 1024,
  'rag.k': 3,
  'rag.chunkTokens': 96,
  'rag.chunkOverlapTokens': 16,
}

export const allCaches: Patch = {
  'cache.queryEntries': 100,
  'cache.embeddingEntries': 100,
  'cache.retrievalEntries': 100,
  'cache.generationEntries': 100,
}

/** The built-in system over these documents; closed by whoever opened it. */
export async function ragOver(docs: readonly Doc[], workspace: string, patch: Patch = {}): Promise<Target> {
  const target = await openRag({ config: parseConfig({ ...small, ...patch }), workspace })
  await target.ingest!(stream(docs))
  return target
}

/** One token a word; a vector of its own for each text; every text it was asked for in `embedded`. */
export function recordingEncoder(embedded: string[]): Encoder {
  const dims = 384
  return {
    dims,
    modelSha256: '',
    async embed(texts) {
      embedded.push(...texts)
      const slab = new Float32Array(texts.length * dims)
      for (const [row, text] of texts.entries()) {
        for (let i = 0; i < text.length; i++) slab[row * dims + (i % dims)]! += text.charCodeAt(i) / 1000
      }
      return slab
    },
    embedTokens: async (tokens) => new Float32Array(tokens.length * dims),
    countTokens: (text) => text.match(/\S+/g)?.length ?? 0,
    tokenLengths: (texts) => texts.map((text) => text.length),
    info: () => ({ graph: 'fused', precision: 'fp32', threads: 1, workers: 0, device: 'cpu' }),
    close: async () => {},
  }
}

export interface Kept {
  id: string
  hash: string | undefined
  chunks: { hash: string; vector: number[] }[]
}

/** The index of a workspace, through a connection of its own. */
export const storeIn = (config: Config, workspace: string): SqliteStore =>
  openStore(storeOptions({ config, workspace, identity: identityOf(config) }))

/** All that a workspace holds, read through a connection of its own. */
export function contents(config: Config, workspace: string): Kept[] {
  const store = storeIn(config, workspace)
  const kept = store.docIds().map((id) => ({
    id,
    hash: store.docHash(id),
    chunks: store.docChunks(id).map(({ hash, vector }) => ({ hash, vector: [...vector] })),
  }))
  store.close()
  return kept
}
