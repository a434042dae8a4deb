import type { Config, Store, StoreIdentity } from '@tenfold/contracts'
import type { Namespace } from '@tenfold/store-kit'
import { adviceFor } from './advice.ts'
import type { Database } from './database.ts'
import { ensureFrequentWords } from './frequent-words.ts'
import { docHashIn, explainSearches, hydrateIn, vectorsByHashIn } from './plans.ts'
import { readBackFrom } from './read-back.ts'
import { register } from './registry.ts'
import { copyTables } from './schema.ts'
import { type Searches, searcher, searchesIn } from './search.ts'
import { ensureVectorIndex } from './vector-index.ts'
import { writerOf } from './writer.ts'

export interface StoreParts {
  database: Database
  config: Config
  identity: StoreIdentity
  /** Where the index lies now, and the folders that name it. */
  namespace: Namespace
  folders: readonly string[]
  pgvector: number
}

export function storeOver({ database, config, identity, namespace: given, folders, pgvector }: StoreParts): Store {
  const { dims } = identity
  let namespace = given
  let searches: Searches = searchesIn(namespace.name, config, dims)
  const at = () => namespace.name
  const writer = writerOf(database, dims, at)
  let copying: Promise<void> | undefined

  /** The first write to a copy of a workspace makes what it names a copy too. */
  const own = (): Promise<void> | undefined => {
    if (namespace.isOwn) return
    copying ??= copy().finally(() => {
      copying = undefined
    })
    return copying
  }
  const copy = async () => {
    const renewed = namespace.renew()
    await database.transaction(async (query) => {
      await copyTables(query, namespace.name, renewed.name, dims)
      await register(query, renewed, folders)
    })
    await ensureParts(database, renewed.name, config, dims)
    renewed.keep()
    namespace = renewed
    searches = searchesIn(namespace.name, config, dims)
  }
  const rows = <Row>({ text, values }: { text: string; values: unknown[] }) => database.rows<Row>(text, values)

  return {
    ...searcher(database, config, dims, pgvector, () => searches),
    async upsertDocs(batch) {
      if (batch.length === 0) return
      await own()
      await writer.upsert(batch)
    },
    async removeDoc(docId) {
      await own()
      return writer.remove(docId)
    },
    docHash: async (docId) => (await rows<{ hash: string }>(docHashIn(at(), docId)))[0]?.hash,
    docIds: async () => (await database.rows<{ id: string }>(`SELECT id FROM ${at()}.docs`)).map(({ id }) => id).sort(),
    async vectorsByHash(hashes) {
      const found = await rows<{ hash: string; vector: string }>(vectorsByHashIn(at(), hashes))
      return new Map(found.map(({ hash, vector }) => [hash, vectorFrom(vector)]))
    },
    async sampleVectors(limit) {
      const [{ count = 0 } = {}] = await database.rows<{ count: number }>(`SELECT count(*)::int FROM ${at()}.chunks`)
      const step = Math.max(1, Math.ceil(count / Math.max(1, limit)))
      const found = await database.rows<{ id: string; vector: string }>(
        `SELECT id, vector::text AS vector FROM (SELECT id, vector, row_number() OVER (ORDER BY id) - 1 AS place
           FROM ${at()}.chunks) numbered WHERE place % $1 = 0 ORDER BY id`,
        [step],
      )
      const vectors = new Float32Array(found.length * dims)
      for (const [row, { vector }] of found.entries()) vectors.set(vectorFrom(vector), row * dims)
      return { chunkIds: found.map(({ id }) => Number(id)), vectors }
    },
    async chunkCount() {
      const [counted] = await database.rows<{ count: number }>(`SELECT count(*)::int FROM ${at()}.chunks`)
      return counted?.count ?? 0
    },
    async hydrate(chunkIds) {
      if (chunkIds.length === 0) return []
      const found = await rows<{ id: string; doc_id: string; title: string; text: string }>(hydrateIn(at(), chunkIds))
      return found.map(({ id, doc_id, title, text }) => ({ chunkId: Number(id), docId: doc_id, title, text }))
    },
    async refresh() {
      await ensureParts(database, at(), config, dims, true)
      await database.rows(`ANALYZE ${at()}.chunks`)
    },
    vectorBytes: () => 0,
    plans: () => explainSearches(database, at(), searches, { config, dims, pgvector }),
    advice: () => adviceFor(database, at()),
    readBack: () => readBackFrom(database, at(), config, pgvector),
    close: () => database.close(),
  }
}

/** Builds what these settings search with, beside what others do. `renew`: rows have changed. */
export async function ensureParts(
  database: Database,
  schema: string,
  config: Config,
  dims: number,
  renew = false,
): Promise<void> {
  await ensureVectorIndex(database, schema, config['db.pgVectors'], dims)
  await ensureFrequentWords(database, schema, config['db.ftsMaxDocShare'], renew)
}

const vectorFrom = (text: string): Float32Array => Float32Array.from(JSON.parse(text) as number[])
