import { existsSync, readdirSync } from 'node:fs'
import { parseConfig, type StoreIdentity } from '@tenfold/contracts'
import { expect, onTestFinished } from 'vitest'
import { topics } from '../../../vector-search/test/vectors.ts'
import provider, { type SqliteStore, storeFile } from '../src/index.ts'
import { doc } from './fixture.ts'

export const dims = 24
export const identity: StoreIdentity = { modelSha256: 'a'.repeat(64), dims, chunker: 'words' }
export const rows = 1000
const vectors = topics(3 * rows, dims, 40, 1.5)
export const vectorAt = (i: number) => vectors.slice(i * dims, (i + 1) * dims)
export const questions = Array.from({ length: 20 }, (_, i) => vectorAt(2 * rows + 7 * i))
export const graphConfig = parseConfig({ 'db.vectors': 'graph' })
export const documents = (from: number, to: number) =>
  Array.from({ length: to - from }, (_, i) => {
    const n = from + i
    return {
      doc: doc(`d${n}`, n % 10 === 0 ? 'tenth' : 'rest'),
      chunks: [{ text: `text ${n}`, hash: `${n}`, vector: vectorAt(n) }],
    }
  })
export const graphsIn = (workspace: string) => {
  const at = `${storeFile(workspace)}.vectors`
  return existsSync(at) ? readdirSync(at).filter((name) => name.endsWith('.usearch')) : []
}

export async function openedGraph(workspace: string, config = graphConfig) {
  const store = await provider.open({ config, workspace, identity })
  onTestFinished(() => store.close())
  return store
}

/** At least this share of the ten nearest, and with scores of theirs. */
export function answersRightly(store: SqliteStore, least = 0.95): void {
  let found = 0
  for (const question of questions) {
    const exact = store.exactSearch(question, 10)
    const { chunkIds, scores } = store.vectorSearch(question, 10)
    expect(chunkIds).toHaveLength(10)
    for (const [i, id] of chunkIds.entries()) {
      const at = exact.chunkIds.indexOf(id)
      if (at >= 0) expect(scores[i]).toBeCloseTo(exact.scores[at]!, 5)
    }
    found += chunkIds.filter((id) => exact.chunkIds.includes(id)).length
  }
  expect(found / (10 * questions.length)).toBeGreaterThanOrEqual(least)
}
