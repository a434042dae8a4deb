import { createHash } from 'node:crypto'
import type { Config, Doc, IngestStats } from '@tenfold/contracts'
import { chunk } from '@tenfold/dataset'
import type { Encoder } from '@tenfold/encoder'
import type { Store } from '@tenfold/store-sqlite'

/** Chunks embedded in one call: several encoder batches, few enough that progress is seen and a kill loses little. */
const chunksAtOnce = 256

interface Cut {
  doc: Doc
  hash: string
  chunks: { text: string; hash: string }[]
}

export interface IngestOptions {
  encoder: Encoder
  store: Store
  config: Config
  /** Documents that did not come again are removed. */
  replace: boolean
  progress(docs: number, chunks: number): void
}

/** Documents in, chunks with vectors stored; what is unchanged is not embedded again. One transaction a document. */
export async function ingest(docs: AsyncIterable<Doc>, options: IngestOptions): Promise<IngestStats> {
  const { store, config } = options
  const start = performance.now()
  const stats: IngestStats = { docs: 0, chunks: 0, embedded: 0, unchanged: 0, removed: 0, wallMs: 0 }
  const seen = new Set<string>()
  const window = config['memory.ingestWindow'] || Number.POSITIVE_INFINITY
  let held: Doc[] = []
  const flush = async () => {
    await commit(held, options, stats)
    held = []
  }
  for await (const doc of docs) {
    seen.add(doc.id)
    held.push(doc)
    if (held.length >= window) await flush()
  }
  await flush()
  if (options.replace) {
    for (const id of store.docIds()) if (!seen.has(id) && store.removeDoc(id)) stats.removed++
  }
  store.refreshStatistics()
  return { ...stats, wallMs: performance.now() - start }
}

async function commit(
  docs: readonly Doc[],
  { encoder, store, config, progress }: IngestOptions,
  stats: IngestStats,
): Promise<void> {
  const changed: Cut[] = []
  for (const doc of docs) {
    const hash = hashOfDoc(doc)
    stats.docs++
    if (store.docHash(doc.id) === hash) stats.unchanged++
    else changed.push({ doc, hash, chunks: cut(doc, encoder.countTokens, config) })
  }
  for (let at = 0; at < changed.length; ) {
    const group: Cut[] = []
    let count = 0
    while (at < changed.length && (group.length === 0 || count + changed[at]!.chunks.length <= chunksAtOnce)) {
      count += changed[at]!.chunks.length
      group.push(changed[at++]!)
    }
    await embedAndStore(group, encoder, store, stats)
    progress(stats.docs - changed.length + at, stats.chunks)
  }
}

async function embedAndStore(group: readonly Cut[], encoder: Encoder, store: Store, stats: IngestStats): Promise<void> {
  const known = group.map(({ doc }) => new Map(store.docChunks(doc.id).map(({ hash, vector }) => [hash, vector])))
  const fresh = group.flatMap(({ chunks }, i) => chunks.filter(({ hash }) => !known[i]!.has(hash)))
  const slab = await encoder.embed(fresh.map(({ text }) => text))
  let row = 0
  group.forEach(({ doc, hash, chunks }, i) => {
    const rows = chunks.map(({ text, hash: chunkHash }) => {
      const vector = known[i]!.get(chunkHash) ?? slab.subarray(row * encoder.dims, ++row * encoder.dims)
      return { text, hash: chunkHash, vector }
    })
    store.upsertDoc({ id: doc.id, title: doc.title, collection: doc.collection, hash }, rows)
    stats.chunks += chunks.length
  })
  stats.embedded += fresh.length
}

export function cut(doc: Doc, countTokens: Encoder['countTokens'], config: Config): Cut['chunks'] {
  const texts = chunk(doc.text, {
    maxTokens: config['rag.chunkTokens'],
    overlapTokens: config['rag.chunkOverlapTokens'],
    countTokens,
  })
  return texts.map((text) => ({ text, hash: hashOf(text) }))
}

export const hashOfDoc = ({ title, collection, text }: Doc): string => hashOf(JSON.stringify([title, collection, text]))

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
