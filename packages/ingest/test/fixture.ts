import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Doc } from '@tenfold/contracts'
import { openStore, type SqliteStore } from '@tenfold/store-sqlite'
import { onTestFinished } from 'vitest'
import type { IngestEncoder, IngestRun } from '../src/types.ts'

export const dims = 4

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tenfold-ingest-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

export function storeIn(path: string): SqliteStore {
  return openStore({
    path: join(path, 'index.db'),
    identity: { modelSha256: 'a'.repeat(64), dims, chunker: 'words' },
    mmapMib: 0,
    cacheKib: 16000,
    analyze: 'none',
    statementReuse: true,
    collectionIndex: false,
    ftsOrder: 'rank',
    ftsPostingsMib: 64,
    ftsMaxDocShare: 1,
    vectorScan: { representation: 'f32', rescore: 10 },
  })
}

/** A vector that no two texts of a test share, so that one put to another text is seen. */
export function vectorOf(text: string): Float32Array {
  let [a, b] = [7, 31]
  for (let i = 0; i < text.length; i++) {
    a = (a * 33 + text.charCodeAt(i)) % 65521
    b = (b * 131 + text.charCodeAt(i)) % 65519
  }
  return Float32Array.of(a, b, text.length, 1)
}

/** One token a word; texts it was asked for in `embedded`; `work` runs before each answer. */
export function wordEncoder(
  embedded: string[] = [],
  work: (texts: string[], signal: AbortSignal | undefined) => Promise<void> = async () => {},
): IngestEncoder {
  return {
    dims,
    countTokens: (text) => text.match(/\S+/g)?.length ?? 0,
    async embed(texts, { signal } = {}) {
      await work(texts, signal)
      embedded.push(...texts)
      const slab = new Float32Array(texts.length * dims)
      for (const [row, text] of texts.entries()) slab.set(vectorOf(text), row * dims)
      return slab
    },
  }
}

/** Document `n`: two or three chunks of its own and one that every fifth document shares. */
export function doc(n: number): Doc {
  const part = (i: number) => `Part ${i} of document ${n} has words ${'of its own '.repeat(2)}.\n\n`
  const parts = Array.from({ length: 2 + (n % 2) }, (_, i) => part(i)).join('')
  return {
    id: `d${n}`,
    title: `T${n}`,
    collection: '',
    text: `${parts}Shared words of group ${n % 5}, the same there.`,
  }
}

export const docs = (count: number): Doc[] => Array.from({ length: count }, (_, n) => doc(n))

export async function* stream(all: readonly Doc[]): AsyncGenerator<Doc> {
  yield* all
}

export const settings = (store: SqliteStore, change: Partial<IngestRun> = {}): IngestRun => ({
  encoder: wordEncoder(),
  store,
  chunking: { maxTokens: 12, overlapTokens: 0 },
  window: 8,
  replace: true,
  progress: () => {},
  ...change,
})

/** Ids, chunk hashes and vectors of all that a store holds. */
export const contents = (store: SqliteStore) =>
  store.docIds().map((id) => ({
    id,
    hash: store.docHash(id),
    chunks: store.docChunks(id).map(({ hash, vector }) => ({ hash, vector: [...vector] })),
  }))
