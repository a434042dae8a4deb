import {
  type Filter,
  type Hits,
  type HydratedChunk,
  matchesFilter,
  type Patch,
  type Store,
  type StoreOpenOptions,
} from '@tenfold/contracts'
import { checkVector, hasTextRange, namespaceIn, ownerOf } from '@tenfold/store-kit'
import type { Index, Meilisearch } from 'meilisearch'
import { ExactVectors } from './exact.ts'
import { done } from './faults.ts'
import { anyOf, expressionOf } from './filter.ts'
import { copyRows, openPlace, removeOrphans, rowsIn, write } from './place.ts'
import { chunkIdFrom, chunkKey, docKey, fromBase64, hidden, type Row, rowsOf, textFrom, vectorsOf } from './rows.ts'
import { searchWords } from './words.ts'

const none: Hits = { chunkIds: [], scores: [] }
const page = 1000

/** `attempt` repeats a call while the server is away, and holds it back while enough others are under way. Throws INDEX_MISMATCH. */
export async function openStore(
  client: Meilisearch,
  attempt: <Reply>(call: () => Promise<Reply>) => Promise<Reply>,
  { config, workspace, index: kept, identity }: StoreOpenOptions,
): Promise<Store> {
  const { dims } = identity
  const embedder = config['db.meiliVectors']
  let namespace = namespaceIn(workspace, 'meilisearch')
  let place = await attempt(() =>
    openPlace(client, namespace.name, { identity, embedder, owner: ownerOf(namespace, kept) }),
  )
  if (namespace.isNew) {
    await attempt(() => removeOrphans(client, namespace))
    namespace.keep()
  }
  const exact = new ExactVectors()
  const fields: string[] = config['db.meiliFields'] === 'all' ? ['*'] : ['id']

  /** The first write makes a copied index its own. */
  async function writable(): Promise<Index<Row>> {
    if (namespace.isOwn) return place.index
    const copy = namespace.renew()
    const own = await openPlace(client, copy.name, { identity, embedder, owner: ownerOf(copy, kept) })
    await copyRows(place.index, own)
    copy.keep()
    namespace = copy
    place = own
    return own.index
  }

  const records = async (docIds: string[]): Promise<Row[]> =>
    docIds.length === 0
      ? []
      : (await place.index.getDocuments({ ids: docIds.map(docKey), limit: docIds.length })).results.filter(
          ({ kind }) => kind === 'doc',
        )

  async function filterFor(filter: Filter): Promise<string> {
    if (!hasTextRange(filter)) return expressionOf(filter)
    const matching: string[] = []
    for await (const rows of rowsIn(place.index, { filter: 'kind = doc', fields: ['row'] }))
      for (const { row } of rows) if (row && matchesFilter(row, filter)) matching.push(row.id)
    return expressionOf(filter, matching)
  }
  const leavesAll = ({ collection, metadata = {} }: Filter) =>
    collection === undefined && Object.keys(metadata).length === 0
  const count = async (filter: string) => (await place.index.getDocuments({ filter, limit: 0, fields: ['id'] })).total

  async function near(vector: Float32Array, k: number, filter: Filter): Promise<Hits> {
    const expression = await filterFor(filter)
    const asked = embedder === 'bit' ? Math.max(k, config['db.rescore']) : k
    const { hits } = await place.index.search('', {
      vector: Array.from(vector),
      hybrid: { embedder, semanticRatio: 1 },
      filter: expression,
      limit: asked,
      showRankingScore: true,
      attributesToRetrieve: (embedder === 'bit' ? [...fields, 'f32'] : fields) as (keyof Row)[],
    })
    if (hits.length < k && hits.length < (await count(expression)))
      return exact.search(place.index, dims, vector, k, leavesAll(filter) ? undefined : expression)
    const scored = hits.map(({ id, f32, _rankingScore = 0 }) => ({
      id: chunkIdFrom(id),
      // the engine gives (1 + cosine) / 2
      score: embedder === 'bit' ? dot(vector, fromBase64(f32!)) : 2 * _rankingScore - 1,
    }))
    const best = scored.sort((a, b) => b.score - a.score || a.id - b.id).slice(0, k)
    return { chunkIds: best.map(({ id }) => id), scores: best.map(({ score }) => score) }
  }

  return {
    async upsertDocs(batch) {
      for (const { doc, chunks } of batch)
        for (const { vector } of chunks) checkVector(vector, dims, `document ${doc.id}`)
      const last = [...new Map(batch.map((each) => [each.doc.id, each])).values()]
      if (last.length === 0) return
      await attempt(async () => {
        const index = await writable()
        const before = await records(last.map(({ doc }) => doc.id))
        await write(index, rowsOf(last, before, await place.embedders()))
        if (before.length > 0) await done(index.deleteDocuments({ filter: 'kind = gone' }))
      })
    },
    removeDoc: (docId) =>
      attempt(async () => {
        const before = await records([docId])
        if (before.length === 0) return false
        const index = await writable()
        await write(index, [
          ...hidden(before),
          { id: docKey(docId), kind: 'gone', _vectors: vectorsOf(await place.embedders(), undefined) },
        ])
        await done(index.deleteDocuments({ filter: 'kind = gone' }))
        return true
      }),
    docHash: (docId) => attempt(async () => (await records([docId]))[0]?.row?.hash),
    docIds: () =>
      attempt(async () => {
        const ids: string[] = []
        for await (const rows of rowsIn(place.index, { filter: 'kind = doc', fields: ['doc'] }))
          ids.push(...rows.map(({ doc }) => textFrom(doc!)))
        return ids.sort()
      }),
    vectorsByHash: (hashes) =>
      attempt(async () => {
        const vectors = new Map<string, Float32Array>()
        for (let at = 0; at < hashes.length; at += page) {
          const filter = `live = true AND ${anyOf('hash', hashes.slice(at, at + page))}`
          for await (const rows of rowsIn(place.index, { filter, fields: ['hash', 'f32'] }))
            for (const { hash, f32 } of rows) vectors.set(textFrom(hash!), fromBase64(f32!))
        }
        return vectors
      }),
    sampleVectors: (limit) =>
      attempt(async () => {
        const all: number[] = []
        for await (const rows of rowsIn(place.index, { filter: 'live = true', fields: ['id'] }))
          all.push(...rows.map(({ id }) => chunkIdFrom(id)))
        all.sort((a, b) => a - b)
        const step = Math.max(1, Math.ceil(all.length / limit))
        const chunkIds = all.filter((_, i) => i % step === 0)
        const vectors = new Float32Array(chunkIds.length * dims)
        for (let at = 0; at < chunkIds.length; at += page) {
          const ids = chunkIds.slice(at, at + page).map(chunkKey)
          const { results } = await place.index.getDocuments({ ids, limit: page, fields: ['id', 'f32'] })
          const byId = new Map(results.map(({ id, f32 }) => [id, fromBase64(f32!)]))
          for (const [row, id] of ids.entries()) vectors.set(byId.get(id) ?? [], (at + row) * dims)
        }
        return { chunkIds, vectors }
      }),
    chunkCount: () => attempt(() => count('live = true')),
    async vectorSearch(vector, k, filter = {}) {
      checkVector(vector, dims, 'a question')
      return k === 0 ? none : attempt(() => near(vector, k, filter))
    },
    async exactSearch(vector, k, filter = {}) {
      checkVector(vector, dims, 'a question')
      if (k === 0) return none
      return attempt(async () =>
        exact.search(place.index, dims, vector, k, leavesAll(filter) ? undefined : await filterFor(filter)),
      )
    },
    async lexicalSearch(text, limit, filter = {}) {
      if (limit === 0) return none
      return attempt(async () => {
        const chunks = await count('live = true')
        return searchWords(client, namespace.name, text, limit, { filter: await filterFor(filter), fields, chunks })
      })
    },
    hydrate: (chunkIds) =>
      attempt(async () => {
        const byId = new Map<string, Row>()
        for (let at = 0; at < chunkIds.length; at += page) {
          const ids = chunkIds.slice(at, at + page).map(chunkKey)
          const { results } = await place.index.getDocuments({
            ids,
            limit: page,
            fields: ['id', 'doc', 'title', 'text'],
          })
          for (const row of results) byId.set(row.id, row)
        }
        return chunkIds.flatMap((chunkId): HydratedChunk[] => {
          const row = byId.get(chunkKey(chunkId))
          return row ? [{ chunkId, docId: textFrom(row.doc!), title: row.title!, text: row.text! }] : []
        })
      }),
    // each write has waited for its task
    refresh() {},
    vectorBytes: () => exact.bytes,
    plans: () =>
      attempt(async () => {
        const { embedders, rankingRules } = await place.index.getSettings()
        const { numberOfDocuments } = await place.index.getStats()
        return {
          vectorSearch: [
            `semantic search of ${numberOfDocuments} rows by ${embedder}: ${JSON.stringify(embedders?.[embedder])}`,
          ],
          lexicalSearch: [`a question for each word, ranked by ${rankingRules?.join(', ')}`],
        }
      }),
    readBack: () =>
      attempt(async (): Promise<Patch> => {
        const made = (await place.index.getSettings()).embedders?.[embedder] as
          | { binaryQuantized?: boolean }
          | undefined
        return {
          'db.meiliVectors': made?.binaryQuantized ? 'bit' : 'f32',
          'db.meiliFields': config['db.meiliFields'],
          'db.meiliPoolSize': config['db.meiliPoolSize'],
          'db.rescore': config['db.rescore'],
        }
      }),
    close() {},
  }
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)
