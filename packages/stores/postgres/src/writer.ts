import type { ChunkRow, DocRow } from '@tenfold/contracts'
import { checkVector, chunkIdOf } from '@tenfold/store-kit'
import type { Database, Query } from './database.ts'
import { plain } from './filter.ts'
import { vectorText } from './search.ts'

export type Batch = { doc: DocRow; chunks: ChunkRow[] }[]

/** Rows in one INSERT: far below what one message of the protocol holds, and no more round trips than needed. */
const rowsAtOnce = 500

/** Writes of whole batches: all of one is there afterwards, or none. */
export function writerOf(database: Database, dims: number, at: () => string) {
  return {
    async upsert(given: Batch): Promise<void> {
      for (const { doc, chunks } of given)
        for (const { vector } of chunks) checkVector(vector, dims, `document ${doc.id}`)
      const batch = [...new Map(given.map((each) => [each.doc.id, each])).values()]
      if (batch.length === 0) return
      const schema = at()
      await database.transaction(async (query) => {
        const docs = batch.map(({ doc }) => doc)
        const ids = docs.map(({ id }) => id)
        await query(`DELETE FROM ${schema}.chunks WHERE doc_id = ANY ($1)`, [ids])
        await query(
          `INSERT INTO ${schema}.docs (id, hash) SELECT * FROM unnest($1::text[], $2::text[])
           ON CONFLICT (id) DO UPDATE SET hash = excluded.hash`,
          [ids, docs.map(({ hash }) => hash)],
        )
        await insertChunks(query, schema, batch)
      })
    },
    async remove(docId: string): Promise<boolean> {
      const removed = await database.rows(`DELETE FROM ${at()}.docs WHERE id = $1 RETURNING 1`, [docId])
      return removed.length > 0
    },
  }
}

async function insertChunks(query: Query, schema: string, batch: Batch): Promise<void> {
  const rows = batch.flatMap(({ doc, chunks }) => chunks.map((chunk, ord) => ({ doc, chunk, ord })))
  for (let start = 0; start < rows.length; start += rowsAtOnce) {
    const some = rows.slice(start, start + rowsAtOnce)
    const column = <Value>(of: (row: (typeof rows)[number]) => Value) => some.map(of)
    await query(
      `INSERT INTO ${schema}.chunks (id, doc_id, ord, title, collection, metadata, text, hash, vector, words)
       SELECT id, doc_id, ord, title, collection, metadata, text, hash, vector::vector,
         to_tsvector('english', title || E'\\n' || text)
       FROM unnest($1::bigint[], $2::text[], $3::int[], $4::text[], $5::text[], $6::jsonb[], $7::text[], $8::text[], $9::text[])
         AS given (id, doc_id, ord, title, collection, metadata, text, hash, vector)`,
      [
        column(({ doc, chunk, ord }) => chunkIdOf(doc.id, ord, chunk.hash)),
        column(({ doc }) => doc.id),
        column(({ ord }) => ord),
        column(({ doc }) => plain(doc.title)),
        column(({ doc }) => plain(doc.collection)),
        column(({ doc }) => JSON.stringify(doc.metadata ?? {})),
        column(({ chunk }) => plain(chunk.text)),
        column(({ chunk }) => chunk.hash),
        column(({ chunk }) => vectorText(chunk.vector)),
      ],
    )
  }
}
