import type { Config, HydratedChunk, Patch, Store, StoreOpenOptions } from '@tenfold/contracts'
import { checkVector, namespaceIn } from '@tenfold/store-kit'
import { advice } from './advice.ts'
import { fetchVectors } from './brute-force.ts'
import type { Dialect } from './dialect.ts'
import { indexes } from './indexes.ts'
import { journal } from './journal.ts'
import type { Build } from './mapping.ts'
import { plansOf } from './plans.ts'
import { allChunks } from './queries.ts'
import { type DocumentRows, documentRows, keyOf } from './rows.ts'
import { fetchRows, scan } from './scan.ts'
import { searches } from './searches.ts'
import { patient, type Wire } from './wire.ts'

export interface SearchStoreOptions extends StoreOpenOptions {
  dialect: Dialect
  wire: Wire
  wayOut: string
  /** Keeps trying this long where a server is busy or restarting, in milliseconds. */
  budgetMs?: number
}

/** Longer than a node takes to restart (measured: 4 to 9 s). */
const defaultBudgetMs = 30_000

/** A store on a search server. Rejects as `StoreProvider.open` says. */
export async function openSearchStore(options: SearchStoreOptions): Promise<Store> {
  try {
    return await open(options)
  } catch (error) {
    await options.wire.close()
    throw error
  }
}

async function open({
  dialect,
  wire,
  wayOut,
  budgetMs = defaultBudgetMs,
  ...given
}: SearchStoreOptions): Promise<Store> {
  const { config, workspace, identity, signal } = given
  const send = patient(wire.send, { url: wire.url, wayOut, budgetMs, signal })
  const retry = { budgetMs, signal }
  const admin = indexes({ send, dialect, identity, retry, index: given.index })
  let namespace = namespaceIn(workspace, dialect.name)
  let made = namespace.isNew
    ? await admin.create(namespace, buildOf(config, dialect))
    : await admin.find(namespace.name)
  const index = () => namespace.name
  const own = async (build: Build) => {
    const forked = await admin.fork(namespace, build)
    namespace = forked.namespace
    made = forked.made
  }
  await become(buildOf(config, dialect))
  if (namespace.isOwn) await setRefresh()

  const { dims } = identity
  const writing = journal({ send, index, retry })
  await writing.repair('dead')
  const search = searches({ send, dialect, dims, index, settings: settingsOf(config) })
  let unseen = false
  let closing: Promise<void> | undefined
  let mine: Promise<void> | undefined
  /** One writer: what another one left behind was left for good. */
  const beforeWrite = () =>
    (mine ??= (async () => {
      if (!namespace.isOwn) await own(made.build)
      await writing.repair('all')
    })())
  const replace = async (changes: Map<string, DocumentRows | undefined>) => {
    await beforeWrite()
    unseen = true
    search.forget()
    await writing.replace(changes)
  }
  const refresh = async () => {
    await send({ method: 'POST', path: `/${index()}/_refresh` })
    unseen = false
  }
  /** For what must know all that this store wrote. */
  const seen = () => (unseen ? refresh() : undefined)

  return {
    async upsertDocs(batch) {
      for (const { doc, chunks } of batch) for (const { vector } of chunks) checkVector(vector, dims, doc.id)
      if (batch.length > 0) await replace(new Map(batch.map(({ doc, chunks }) => [doc.id, documentRows(doc, chunks)])))
    },
    async removeDoc(docId) {
      const [entry] = await writing.entries([keyOf(docId)])
      if (!entry) return false
      await replace(new Map([[docId, undefined]]))
      return true
    },
    docHash: async (docId) => (await writing.entries([keyOf(docId)]))[0]?.hash,
    async docIds() {
      await seen()
      const ids: string[] = []
      const search = { query: { term: { kind: 'doc' } }, _source: ['entry.docId'] }
      for await (const page of scan(send, index(), search)) {
        for (const { _source } of page) ids.push((_source.entry as { docId: string }).docId)
      }
      return ids.sort()
    },
    async vectorsByHash(hashes) {
      const found = new Map<string, Float32Array>()
      for (let at = 0; at < hashes.length; at += hashesInOne) {
        const some = hashes.slice(at, at + hashesInOne)
        const query = { bool: { filter: [{ terms: { hash: some } }] } }
        const body = { size: some.length, query, collapse: { field: 'hash' }, _source: ['hash', 'vector'] }
        const answer = await send({ method: 'POST', path: `/${index()}/_search`, body })
        for (const { _source } of answer.body.hits.hits) found.set(_source.hash, Float32Array.from(_source.vector))
      }
      return found
    },
    async sampleVectors(limit) {
      await seen()
      if ((await search.count(undefined)) <= limit) return fetchVectors(send, index(), dims, allChunks([]))
      const ids: string[] = []
      const all = { query: allChunks([]), _source: false, sort: [{ chunkId: 'asc' }] }
      for await (const page of scan(send, index(), all)) ids.push(...page.map(({ _id }) => _id))
      const step = Math.ceil(ids.length / limit)
      const chosen = ids.filter((_, i) => i % step === 0)
      return fetchVectors(send, index(), dims, { ids: { values: chosen } })
    },
    async chunkCount() {
      await seen()
      return search.count(undefined)
    },
    async vectorSearch(query, k, filter) {
      checkVector(query, dims, 'a query')
      return search.nearest(query, k, filter)
    },
    async exactSearch(query, k, filter) {
      checkVector(query, dims, 'a query')
      return k === 0 ? { chunkIds: [], scores: [] } : search.exact(query, k, filter)
    },
    async searchBoth(query, text, k, filter) {
      checkVector(query, dims, 'a query')
      return search.both(query, text, k, filter)
    },
    lexicalSearch: (text, limit, filter) => search.words(text, limit, filter),
    async hydrate(chunkIds) {
      const rows = await fetchRows(send, index(), chunkIds.map(String), ['docId', 'title', 'text'])
      return rows.flatMap((row, i) =>
        row ? [{ chunkId: chunkIds[i]!, ...(row as Omit<HydratedChunk, 'chunkId'>) }] : [],
      )
    },
    async refresh() {
      await refresh()
      search.forget()
    },
    vectorBytes: search.bytes,
    plans: () => plansOf({ send, dialect, dims, index: index(), search, settings: settingsOf(config) }),
    advice: () => advice(send, index()),
    async readBack(): Promise<Patch> {
      made = await admin.find(index())
      const { quantisation, shards } = made.build
      const asServer = config['db.osQuantisation'] === 'server' && quantisation === dialect.ownQuantisation
      return {
        'db.osQuantisation': asServer ? 'server' : quantisation,
        'db.osShards': shards,
        'db.osRefreshSeconds': made.refreshSeconds,
      }
    },
    // a client that is closed twice never answers
    close: () => (closing ??= wire.close()),
  }

  /** An index is made anew where it was made otherwise; of a copied folder, under a name of its own. */
  async function become(build: Build): Promise<void> {
    if (made.build.quantisation === build.quantisation && made.build.shards === build.shards) return
    if (namespace.isOwn) made = await admin.rebuild(namespace, made, build)
    else await own(build)
  }
  async function setRefresh(): Promise<void> {
    const wanted = config['db.osRefreshSeconds']
    if (made.refreshSeconds === wanted) return
    const interval = wanted < 0 ? '-1' : `${wanted}s`
    await send({ method: 'PUT', path: `/${index()}/_settings`, body: { index: { refresh_interval: interval } } })
  }
}

const hashesInOne = 500

const buildOf = (config: Config, { ownQuantisation }: Dialect): Build => ({
  quantisation: config['db.osQuantisation'] === 'server' ? ownQuantisation : config['db.osQuantisation'],
  shards: config['db.osShards'],
})

const settingsOf = (config: Config) => ({
  hits: config['db.osHits'],
  candidates: config['db.osCandidates'],
  totalHits: config['db.osTotalHits'],
  requestCache: config['db.osRequestCache'],
})
