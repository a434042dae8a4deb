import { type DocRow, messageOf, PipelineError, type StagedChunk } from '@tenfold/contracts'
import type { Connection } from './connection.ts'
import { stored } from './metadata.ts'
import type { Prepare } from './statements.ts'
import { toBlob } from './vector-rows.ts'

/** Chunk ids that went and came with a write. */
export interface Written {
  removed: number[]
  added: number[]
}

export interface DocWrite {
  doc: DocRow
  chunks: StagedChunk[]
}

/** Writes of whole documents: after a crash a document is there with all its chunks, or as it was before. */
export function documentWriter(db: Connection, prepare: Prepare) {
  const clear = (docId: number | bigint): number[] => {
    const ids = prepare('chunkIdsOfDoc').pluck().all(docId) as number[]
    prepare('deleteText').run(docId)
    prepare('deleteVectors').run(docId)
    prepare('deleteFirst').run(docId)
    prepare('deleteChunks').run(docId)
    prepare('deleteFields').run(docId)
    return ids
  }
  const docKey = (extId: string) => prepare('docKey').pluck().get(extId) as number | undefined

  const write = ({ doc, chunks }: DocWrite, staged: boolean): Written => {
    const known = docKey(doc.id)
    // Before the title changes: the full text is told to forget the old one.
    const removed = known === undefined ? [] : clear(known)
    const row = [doc.title, doc.collection, doc.hash, Date.now()] as const
    if (known !== undefined) prepare('updateDoc').run(...row, known)
    const key = known ?? prepare('insertDoc').run(doc.id, ...row).lastInsertRowid
    for (const [field, value] of Object.entries(doc.metadata ?? {}))
      prepare('insertField').run(field, stored(value), key)
    const added = chunks.map(({ text, hash, vector, first }, ord) => {
      const chunkId = prepare('insertChunk').run(key, ord, text, hash).lastInsertRowid
      if (vector) prepare('insertVector').run(chunkId, toBlob(vector))
      if (staged) prepare('insertFirst').run(chunkId, first ? toBlob(first) : null)
      return Number(chunkId)
    })
    prepare('insertText').run(key)
    return { removed, added }
  }
  const upsert = db.transaction((batch: DocWrite[], staged: boolean) => batch.map((each) => write(each, staged)))
  const remove = db.transaction((extId: string): number[] | undefined => {
    const key = docKey(extId)
    if (key === undefined) return undefined
    const removed = clear(key)
    prepare('deleteDoc').run(key)
    return removed
  })

  return {
    /** All documents in one transaction, or none. `staged`: what finds the chunks while vectors are missing is written too. */
    upsert(batch: DocWrite[], staged: boolean): Written[] {
      // Immediate: a deferred transaction that reads first fails at once when another connection writes.
      return batch.length === 0 ? [] : orFull(db.name, () => upsert.immediate(batch, staged))
    },
    remove: (docId: string) => orFull(db.name, () => remove.immediate(docId)),
  }
}

/** A full disk in words a person can act on. SQLite has undone the transaction; what was committed before stays. */
function orFull<Result>(path: string, write: () => Result): Result {
  try {
    return write()
  } catch (error) {
    if ((error as { code?: string }).code !== 'SQLITE_FULL') throw error
    const message = `${path} cannot grow: ${messageOf(error)}`
    const hint = 'free some space and ingest again: what was stored stays, and is not embedded again'
    throw new PipelineError('STORE_FULL', message, hint, { cause: error })
  }
}
