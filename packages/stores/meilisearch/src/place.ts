import { PipelineError, type StoreIdentity } from '@tenfold/contracts'
import { isOrphan, type Namespace, type Owner } from '@tenfold/store-kit'
import type { Index, Meilisearch, Settings } from 'meilisearch'
import { done } from './faults.ts'
import { fromBase64, type Row, vectorsOf } from './rows.ts'

const identityKey = 'identity'
const page = 1000

/** What is searched and asked for. Words are found as they are written: a slip of the pen is no other word. */
const settings: Settings = {
  searchableAttributes: ['title', 'text'],
  filterableAttributes: ['live', 'kind', 'doc', 'hash', 'facts', 'numbers'],
  // the usual rules less those for slips and for order, which one word alone does not have
  rankingRules: ['words', 'attribute', 'exactness'],
  typoTolerance: { enabled: false },
  prefixSearch: 'disabled',
  pagination: { maxTotalHits: 1_000_000 },
}

export interface Place {
  index: Index<Row>
  /** Of every quantisation that was ever asked for: a row has a vector for each. */
  embedders(): Promise<string[]>
}

/** `bit` embedders cannot go back: the engine forgets the numbers, which is why rows keep their own. */
type EmbedderName = 'f32' | 'bit'

export interface PlaceOptions {
  identity: StoreIdentity
  owner: Owner
  embedder: EmbedderName
}

/** Makes the index where there is none. Throws INDEX_MISMATCH. */
export async function openPlace(
  client: Meilisearch,
  name: string,
  { identity, owner, embedder }: PlaceOptions,
): Promise<Place> {
  const wanted = JSON.stringify({ layout: 1, ...pick(identity) })
  const index = client.index<Row>(name)
  const known = await client.getRawIndexes({ limit: page })
  if (!known.results.some(({ uid }) => uid === name)) {
    await done(client.createIndex(name, { primaryKey: 'id' }))
    await done(index.updateSettings(settings))
    await done(index.addDocuments([{ id: identityKey, kind: 'identity', identity: wanted, owner }]))
  }
  const { identity: actual } = await index.getDocument(identityKey)
  if (actual !== wanted) {
    const hint = 'ingest again into a new index, or go back to the settings it was made with'
    throw new PipelineError('INDEX_MISMATCH', `${name} was made with ${actual}, not ${wanted}`, hint)
  }
  const embedders = async () => Object.keys((await index.getSettings()).embedders ?? {})
  const before = await embedders()
  if (!before.includes(embedder)) {
    const made = { source: 'userProvided', dimensions: identity.dims, binaryQuantized: embedder === 'bit' } as const
    await done(index.updateSettings({ embedders: { [embedder]: made } }))
    for await (const rows of rowsIn(index, { fields: ['id', 'f32'] }))
      await write(
        index,
        rows.map(({ id, f32 }) => ({
          id,
          _vectors: vectorsOf([embedder], f32 === undefined ? undefined : fromBase64(f32)),
        })),
      )
  }
  return { index, embedders }
}

/** Removes indexes of folders that are gone. */
export async function removeOrphans(client: Meilisearch, here: Namespace): Promise<void> {
  const { results } = await client.getRawIndexes({ limit: page })
  for (const { uid } of results.filter((each) => /^tenfold_[0-9a-f]{16}$/.test(each.uid))) {
    const { owner } = await client.index<Row>(uid).getDocument(identityKey)
    if (owner && isOrphan(owner, here)) await done(client.deleteIndex(uid))
  }
}

const pick = ({ modelSha256, dims, chunker }: StoreIdentity) => ({ modelSha256, dims, chunker })

/** One task: all or nothing. A request takes 100 MB, of which 384 numbers of a vector are 8 KB. */
export async function write(index: Index<Row>, rows: Row[]): Promise<void> {
  await done(index.updateDocuments(rows))
}

/** All rows, page by page. */
export async function* rowsIn(
  index: Index<Row>,
  how: { fields: (keyof Row)[]; filter?: string },
): AsyncGenerator<Row[]> {
  for (let offset = 0, total = 1; offset < total; offset += page) {
    const found = await index.getDocuments({ ...how, limit: page, offset })
    total = found.total
    if (found.results.length > 0) yield found.results
  }
}

/** Everything of one index into another, new one, which has the embedders of its own. */
export async function copyRows(from: Index<Row>, to: Place): Promise<void> {
  const embedders = await to.embedders()
  for await (const rows of rowsIn(from, { fields: ['*' as keyof Row] }))
    await write(
      to.index,
      rows
        // the other one has been told what it is and whose
        .filter(({ id }) => id !== identityKey)
        .map((row) => ({
          ...row,
          _vectors: vectorsOf(embedders, row.f32 === undefined ? undefined : fromBase64(row.f32)),
        })),
    )
}
