import { randomUUID } from 'node:crypto'
import type { QdrantClient, Schemas } from '@qdrant/js-client-rest'
import type { ChunkRow, DocRow } from '@tenfold/contracts'
import { chunkIdOf, factsOf } from '@tenfold/store-kit'
import { type Names, pointsIn } from './collections.ts'
import { numbersOf } from './filter.ts'
import { weightsOf } from './words.ts'

/** A document as it is, or as it is about to be. */
interface Version extends DocRow {
  chunks: number[]
}

/** What the collection of documents holds of each. With `next` a write has begun that may not have ended. */
interface DocRecord {
  doc: string
  now?: Version | undefined
  next?: Version | 'removed' | undefined
}

/** Points of one request: the server takes 32 MB. */
const page = 256
export const docPoint = (docId: string): number => chunkIdOf(docId, 0, 'document')

/**
 * Writes of whole documents without transactions. First the intention is written down, then chunks that no search sees, then one request
 * shows them and takes the old ones away. After a crash `recover` brings each document to one side.
 */
export function documentWriter(client: QdrantClient, names: Names) {
  const record = (each: DocRecord) => ({ id: docPoint(each.doc), vector: {}, payload: { ...each } })
  const write = (records: DocRecord[]) => client.upsert(names.docs, { wait: true, points: records.map(record) })

  async function recordsOf(docIds: string[]): Promise<Map<string, DocRecord>> {
    const found = await client.retrieve(names.docs, { ids: docIds.map(docPoint), with_payload: true })
    return new Map(found.map(({ payload }) => [(payload as unknown as DocRecord).doc, payload as unknown as DocRecord]))
  }

  /** From the intention to the end. May be carried out twice. */
  async function finish(records: DocRecord[]): Promise<void> {
    const [shown, gone] = [records.flatMap(({ next }) => chunksOf(next)), records.flatMap(({ now }) => chunksOf(now))]
    const operations: Schemas['UpdateOperation'][] = [
      ...(shown.length > 0 ? [{ set_payload: { payload: { live: true }, points: shown } }] : []),
      ...(gone.length > 0 ? [{ delete: { points: gone } }] : []),
    ]
    if (operations.length > 0) await client.batchUpdate(names.chunks, { wait: true, operations })
    const kept = records.flatMap(({ doc, next }) => (next === 'removed' || !next ? [] : [{ doc, now: next }]))
    if (kept.length > 0) await write(kept)
    const removed = records.filter(({ next }) => next === 'removed').map(({ doc }) => docPoint(doc))
    if (removed.length > 0) await client.delete(names.docs, { wait: true, points: removed })
  }

  /** Ends what was begun: forward where all new chunks are there, back where not. */
  async function settle(records: Iterable<DocRecord>): Promise<void> {
    for (const each of records) {
      if (!each.next) continue
      const chunks = chunksOf(each.next)
      const there = chunks.length === 0 ? [] : await client.retrieve(names.chunks, { ids: chunks, with_payload: false })
      if (there.length === chunks.length) {
        await finish([each])
        continue
      }
      await client.delete(names.chunks, { wait: true, points: chunks })
      if (each.now) await write([{ doc: each.doc, now: each.now }])
      else await client.delete(names.docs, { wait: true, points: [docPoint(each.doc)] })
    }
  }
  /** As they are once an earlier try of the same write has been ended. */
  async function settledRecords(docIds: string[]): Promise<Map<string, DocRecord>> {
    const records = await recordsOf(docIds)
    if (![...records.values()].some(({ next }) => next)) return records
    await settle(records.values())
    return recordsOf(docIds)
  }

  return {
    async upsert(batch: { doc: DocRow; chunks: ChunkRow[] }[]): Promise<void> {
      const last = [...new Map(batch.map((each) => [each.doc.id, each])).values()]
      const before = await settledRecords(last.map(({ doc }) => doc.id))
      const round = randomUUID()
      // ids of this write alone: chunks of before and after lie side by side for a while
      const pointsOf = ({ doc, chunks }: (typeof last)[number]) =>
        chunks.map(({ text, hash, vector }, ord): Schemas['PointStruct'] => ({
          id: chunkIdOf(`${round} ${doc.id}`, ord, hash),
          vector: { dense: Array.from(vector), words: weightsOf(`${doc.title} ${text}`) },
          payload: {
            doc: doc.id,
            title: doc.title,
            text,
            hash,
            live: false,
            facts: factsOf(doc),
            numbers: numbersOf(doc),
          },
        }))
      const points = last.map(pointsOf)
      const records = last.map(({ doc }, i): DocRecord => {
        const now = before.get(doc.id)?.now
        return {
          doc: doc.id,
          ...(now ? { now } : {}),
          next: { ...doc, chunks: points[i]!.map(({ id }) => Number(id)) },
        }
      })
      await write(records)
      const all = points.flat()
      for (let at = 0; at < all.length; at += page)
        await client.upsert(names.chunks, { wait: true, points: all.slice(at, at + page) })
      await finish(records)
    },
    async remove(docId: string): Promise<boolean> {
      const now = (await settledRecords([docId])).get(docId)?.now
      if (!now) return false
      const records: DocRecord[] = [{ doc: docId, now, next: 'removed' }]
      await write(records)
      await finish(records)
      return true
    },
    /** Ends what another writer began. */
    async recover(): Promise<void> {
      const begun: Schemas['Filter'] = { must_not: [{ is_empty: { key: 'next' } }] }
      for await (const points of pointsIn(client, names.docs, { filter: begun, with_payload: true }))
        await settle(points.map(({ payload }) => payload as unknown as DocRecord))
    },
  }
}

const chunksOf = (version: Version | 'removed' | undefined): number[] =>
  version === undefined || version === 'removed' ? [] : version.chunks
