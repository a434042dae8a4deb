import { setTimeout as sleep } from 'node:timers/promises'
import type { QdrantClient, Schemas } from '@qdrant/js-client-rest'
import { PipelineError, type StoreIdentity } from '@tenfold/contracts'
import { isOrphan, type Namespace, type Owner } from '@tenfold/store-kit'

/** An index is two collections: chunks, and one record a document. */
export interface Names {
  chunks: string
  docs: string
}
export const namesOf = (name: string): Names => ({ chunks: name, docs: `${name}_docs` })

const int8: Schemas['QuantizationConfig'] = { scalar: { type: 'int8', quantile: 0.99, always_ram: true } }
/** Fields that are looked up by with every write or search, whatever the settings. */
const always = { live: 'bool', doc: 'keyword', hash: 'keyword' } as const
const identityPoint = 0
const readyMs = 120_000

export interface CollectionOptions {
  identity: StoreIdentity
  owner: Owner
  /** Make and keep int8 codes beside the vectors. Codes that are there already stay for those who want them. */
  int8: boolean
  /** An index over what filters ask for. */
  payloadIndex: boolean
}

/** Makes what is not there, and compares the identity of what is. Throws INDEX_MISMATCH. */
export async function openCollections(client: QdrantClient, names: Names, options: CollectionOptions): Promise<void> {
  const { modelSha256, dims, chunker } = options.identity
  const wanted = JSON.stringify({ layout: 1, modelSha256, dims, chunker })
  if (!(await client.collectionExists(names.chunks)).exists) {
    await client.createCollection(names.chunks, {
      vectors: { dense: { size: dims, distance: 'Dot' } },
      sparse_vectors: { words: { modifier: 'idf' } },
      ...(options.int8 ? { quantization_config: int8 } : {}),
    })
    for (const [field_name, field_schema] of Object.entries(always))
      await client.createPayloadIndex(names.chunks, { field_name, field_schema, wait: true })
  }
  if (!(await client.collectionExists(names.docs)).exists) {
    await client.createCollection(names.docs, { vectors: {} })
    await client.upsert(names.docs, {
      wait: true,
      points: [{ id: identityPoint, vector: {}, payload: { identity: wanted, owner: options.owner } }],
    })
  }
  const [known] = await client.retrieve(names.docs, { ids: [identityPoint], with_payload: true })
  const actual = known?.payload?.identity
  if (actual !== undefined && actual !== wanted) {
    const hint = 'ingest again into a new index, or go back to the settings it was made with'
    throw new PipelineError('INDEX_MISMATCH', `${names.chunks} was made with ${actual}, not ${wanted}`, hint)
  }
  const { config, payload_schema } = await client.getCollection(names.chunks)
  if (options.int8 && !config.quantization_config)
    await client.updateCollection(names.chunks, { quantization_config: int8 })
  if (options.payloadIndex && !payload_schema?.facts)
    await client.createPayloadIndex(names.chunks, { field_name: 'facts', field_schema: 'keyword', wait: true })
  await settled(client, names.chunks)
}

/** Removes indexes of folders that are gone. */
export async function removeOrphans(client: QdrantClient, here: Namespace): Promise<void> {
  const { collections } = await client.getCollections()
  for (const { name } of collections.filter((each) => /^tenfold_[0-9a-f]{16}_docs$/.test(each.name))) {
    const [known] = await client.retrieve(name, { ids: [identityPoint], with_payload: true })
    const owner = known?.payload?.owner as Owner | undefined
    if (!owner || !isOrphan(owner, here)) continue
    await client.deleteCollection(name.replace(/_docs$/, ''))
    await client.deleteCollection(name)
  }
}

/** Waits until the optimizers have nothing left to do, two minutes at most: what is searched is then what will be. */
export async function settled(client: QdrantClient, name: string): Promise<void> {
  const end = performance.now() + readyMs
  while (performance.now() < end && (await client.getCollection(name)).status === 'yellow') await sleep(50)
}

/** All points in the order of their ids, page by page. */
export async function* pointsIn(
  client: QdrantClient,
  name: string,
  how: Pick<Schemas['ScrollRequest'], 'filter' | 'with_payload' | 'with_vector'>,
  limit = 500,
): AsyncGenerator<Schemas['Record'][]> {
  let offset: Schemas['ExtendedPointId'] | undefined
  do {
    const page = await client.scroll(name, { ...how, limit, ...(offset === undefined ? {} : { offset }) })
    if (page.points.length > 0) yield page.points
    offset = (page.next_page_offset ?? undefined) as typeof offset
  } while (offset !== undefined)
}

/** Everything of one index into another, new one. */
export async function copyPoints(client: QdrantClient, from: Names, to: Names): Promise<void> {
  for (const kind of ['chunks', 'docs'] as const)
    for await (const page of pointsIn(client, from[kind], { with_payload: true, with_vector: true })) {
      // the other one has been told what it is and whose
      const points = page
        .filter(({ id }) => id !== identityPoint)
        .map(({ id, vector, payload }) => ({
          id,
          vector: (vector ?? {}) as Schemas['VectorStruct'],
          payload: payload ?? null,
        }))
      if (points.length > 0) await client.upsert(to[kind], { wait: true, points })
    }
}
