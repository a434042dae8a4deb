import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChunkRow } from '@tenfold/contracts'
import { onTestFinished } from 'vitest'
import { openStore, type SqliteStore, type StoreOptions } from '../src/index.ts'

export const options = (path: string): StoreOptions => ({
  path,
  identity: { modelSha256: 'a'.repeat(64), dims: 3, chunker: 'words 200' },
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

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tenfold-store-'))
  onTestFinished(() => rmSync(path, { recursive: true }))
  return path
}

export function opened(change: Partial<StoreOptions> = {}): SqliteStore {
  const store = openStore({ ...options(join(folder(), 'index.db')), ...change })
  onTestFinished(() => store.close())
  return store
}

export const doc = (id: string, collection = '', title = `Title ${id}`) => ({ id, title, collection, hash: `h-${id}` })

export const chunk = (text: string, vector: number[] = [1, 0, 0]): ChunkRow => ({
  text,
  hash: `h-${text}`,
  vector: Float32Array.from(vector),
})

/** Three documents in two collections. */
export function filled(change: Partial<StoreOptions> = {}): SqliteStore {
  const store = opened(change)
  store.upsertDoc(doc('a', 'animals'), [chunk('the cat sleeps', [1, 0, 0]), chunk('the dog barks', [0, 1, 0])])
  store.upsertDoc(doc('b', 'animals'), [chunk('the cow eats grass', [0, 0, 1])])
  store.upsertDoc(doc('c', 'tools'), [chunk('the hammer hits the nail', [-1, 0, 0])])
  return store
}
