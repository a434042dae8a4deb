import type { QdrantClient, Schemas } from '@qdrant/js-client-rest'
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
import { copyPoints, namesOf, openCollections, pointsIn, removeOrphans, settled } from './collections.ts'
import { conditionsOf } from './filter.ts'
import { askedOf } from './words.ts'
import { docPoint, documentWriter } from './writer.ts'

const page = 256
const none: Hits = { chunkIds: [], scores: [] }

/** `attempt` repeats a call while the server is away. Throws INDEX_MISMATCH. */
export async function openStore(
  client: QdrantClient,
  attempt: <Reply>(call: () => Promise<Reply>) => Promise<Reply>,
  { config, workspace, index, identity }: StoreOpenOptions,
): Promise<Store> {
  const { dims } = identity
  let namespace = namespaceIn(workspace, 'qdrant')
  let names = namesOf(namespace.name)
  const int8 = config['db.qdrantQuantisation'] === 'int8'
  const options = { identity, int8, payloadIndex: config['db.qdrantPayloadIndex'] }
  await attempt(() => openCollections(client, names, { ...options, owner: ownerOf(namespace, index) }))
  if (namespace.isNew) {
    await attempt(() => removeOrphans(client, namespace))
    namespace.keep()
  }

  let writer: ReturnType<typeof documentWriter> | undefined
  /** The first write makes a copied index its own and ends what a writer before left unfinished. */
  const writing = async () => {
    if (writer) return writer
    if (!namespace.isOwn) {
      const copy = namespace.renew()
      const to = namesOf(copy.name)
      await openCollections(client, to, { ...options, owner: ownerOf(copy, index) })
      await copyPoints(client, names, to)
      copy.keep()
      namespace = copy
      names = to
    }
    const made = documentWriter(client, names)
    await made.recover()
    writer = made
    return made
  }

  const searchParams: Schemas['SearchParams'] = {
    hnsw_ef: config['db.qdrantEf'],
    exact: config['db.qdrantExact'],
    quantization: int8
      ? { ignore: false, rescore: config['db.qdrantRescore'], oversampling: config['db.qdrantOversampling'] }
      : { ignore: true },
  }
  const exactParams: Schemas['SearchParams'] = { exact: true, quantization: { ignore: true } }

  async function conditions(filter: Filter): Promise<Schemas['Filter']> {
    if (!hasTextRange(filter)) return conditionsOf(filter)
    const matching: string[] = []
    for await (const records of pointsIn(client, names.docs, { with_payload: true }))
      for (const { payload } of records) {
        const now = (payload as { now?: Parameters<typeof matchesFilter>[0] & { id: string } } | null)?.now
        if (now && matchesFilter(now, filter)) matching.push(now.id)
      }
    return conditionsOf(filter, matching)
  }

  async function query(
    how: Pick<Schemas['QueryRequest'], 'query' | 'using' | 'params'>,
    k: number,
    filter: Filter,
  ): Promise<Hits> {
    if (k === 0) return none
    const asked = { ...how, filter: await conditions(filter), limit: k, with_payload: false }
    const { points } = await client.query(names.chunks, asked)
    return { chunkIds: points.map(({ id }) => Number(id)), scores: points.map(({ score }) => score) }
  }
  const near = async (vector: Float32Array, k: number, filter: Filter, params: Schemas['SearchParams']) => {
    checkVector(vector, dims, 'a question')
    return attempt(() => query({ query: Array.from(vector), using: 'dense', params }, k, filter))
  }
  const count = async (filter: Filter) =>
    (await client.count(names.chunks, { filter: await conditions(filter), exact: true })).count

  return {
    async upsertDocs(batch) {
      for (const { doc, chunks } of batch)
        for (const { vector } of chunks) checkVector(vector, dims, `document ${doc.id}`)
      if (batch.length > 0) await attempt(async () => (await writing()).upsert(batch))
    },
    removeDoc: (docId) => attempt(async () => (await writing()).remove(docId)),
    docHash: (docId) =>
      attempt(async () => {
        const [found] = await client.retrieve(names.docs, { ids: [docPoint(docId)], with_payload: true })
        return (found?.payload?.now as { hash: string } | undefined)?.hash
      }),
    docIds: () =>
      attempt(async () => {
        const ids: string[] = []
        for await (const records of pointsIn(client, names.docs, { with_payload: ['doc', 'now'] }))
          for (const { payload } of records) if (payload?.now) ids.push(payload.doc as string)
        return ids.sort()
      }),
    vectorsByHash: (hashes) =>
      attempt(async () => {
        const vectors = new Map<string, Float32Array>()
        for (let at = 0; at < hashes.length; at += page) {
          const any = hashes.slice(at, at + page)
          const filter: Schemas['Filter'] = {
            must: [
              { key: 'hash', match: { any } },
              { key: 'live', match: { value: true } },
            ],
          }
          for await (const points of pointsIn(client, names.chunks, {
            filter,
            with_payload: ['hash'],
            with_vector: ['dense'],
          }))
            for (const { payload, vector } of points) vectors.set(payload?.hash as string, denseOf(vector))
        }
        return vectors
      }),
    sampleVectors: (limit) =>
      attempt(async () => {
        const all: number[] = []
        for await (const points of pointsIn(client, names.chunks, { filter: conditionsOf({}), with_payload: false }))
          all.push(...points.map(({ id }) => Number(id)))
        const step = Math.max(1, Math.ceil(all.length / limit))
        const chunkIds = all.filter((_, i) => i % step === 0)
        const vectors = new Float32Array(chunkIds.length * dims)
        for (let at = 0; at < chunkIds.length; at += page) {
          const ids = chunkIds.slice(at, at + page)
          const found = await client.retrieve(names.chunks, { ids, with_vector: ['dense'], with_payload: false })
          const byId = new Map(found.map(({ id, vector }) => [Number(id), denseOf(vector)]))
          for (const [row, id] of ids.entries()) vectors.set(byId.get(id) ?? [], (at + row) * dims)
        }
        return { chunkIds, vectors }
      }),
    chunkCount: () => attempt(() => count({})),
    async vectorSearch(vector, k, filter = {}) {
      const hits = await near(vector, k, filter, searchParams)
      if (hits.chunkIds.length >= k || hits.chunkIds.length >= (await attempt(() => count(filter)))) return hits
      return near(vector, k, filter, exactParams)
    },
    exactSearch: (vector, k, filter = {}) => near(vector, k, filter, exactParams),
    async lexicalSearch(text, limit, filter = {}) {
      const asked = askedOf(text)
      if (asked.indices.length === 0) return none
      return attempt(() => query({ query: asked, using: 'words' }, limit, filter))
    },
    hydrate: (chunkIds) =>
      attempt(async () => {
        if (chunkIds.length === 0) return []
        const found = await client.retrieve(names.chunks, { ids: chunkIds, with_payload: ['doc', 'title', 'text'] })
        const byId = new Map(found.map(({ id, payload }) => [Number(id), payload]))
        return chunkIds.flatMap((chunkId): HydratedChunk[] => {
          const payload = byId.get(chunkId)
          return payload
            ? [{ chunkId, docId: `${payload.doc}`, title: `${payload.title}`, text: `${payload.text}` }]
            : []
        })
      }),
    refresh: () => attempt(() => settled(client, names.chunks)),
    vectorBytes: () => 0,
    plans: () =>
      attempt(async () => {
        const { status, points_count, indexed_vectors_count, segments_count } = await client.getCollection(names.chunks)
        const state = `${status}: ${points_count} points, ${indexed_vectors_count} in graphs, ${segments_count} segments`
        return {
          vectorSearch: [state, JSON.stringify(searchParams)],
          lexicalSearch: ['sparse vectors, idf of the server'],
        }
      }),
    readBack: () =>
      attempt(async (): Promise<Patch> => {
        const { config: actual, payload_schema } = await client.getCollection(names.chunks)
        return {
          'db.qdrantQuantisation': int8 && actual.quantization_config ? 'int8' : 'none',
          // an index over what filters ask for may be there without being wanted: another opener asked for it
          ...(options.payloadIndex ? { 'db.qdrantPayloadIndex': Boolean(payload_schema?.facts) } : {}),
          'db.qdrantEf': config['db.qdrantEf'],
          'db.qdrantExact': config['db.qdrantExact'],
          'db.qdrantRescore': config['db.qdrantRescore'],
          'db.qdrantOversampling': config['db.qdrantOversampling'],
        }
      }),
    close() {},
  }
}

function denseOf(vector: Schemas['Record']['vector']): Float32Array {
  const dense = (vector as { dense?: number[] } | undefined)?.dense
  return Float32Array.from(dense ?? [])
}
