import { PipelineError } from '@tenfold/contracts'
import type { Connection } from './connection.ts'
import type { Prepare } from './statements.ts'
import type { DocRow, StagedChunk } from './types.ts'
import { toBlob } from './vector-rows.ts'

/** Chunk ids that went and came with a write. */
export interface Written {
  removed: number[]
  added: number[]
}

/** Writes of whole documents: after a crash a document is there with all its chunks, or as it was before. */
export function documentWriter(db: Connection, prepare: Prepare) {
  const clear = (docId: number | bigint): number[] => {
    const ids = prepare('chunkIdsOfDoc').pluck().all(docId) as number[]
    prepare('deleteText').run(docId)
    prepare('deleteVectors').run(docId)
    prepare('deleteFirst').run(docId)
    prepare('deleteChunks').run(docId)
    return ids
  }
  const docKey = (extId: string) => prepare('docKey').pluck().get(extId) as number | undefined

  const upsert = db.transaction((doc: DocRow, chunks: StagedChunk[], staged: boolean): Written => {
    const known = docKey(doc.id)
    // Before the title changes: the full text is told to forget the old one.
    const removed = known === undefined ? [] : clear(known)
    const row = [doc.title, doc.collection, doc.hash, Date.now()] as const
    if (known !== undefined) prepare('updateDoc').run(...row, known)
    const key = known ?? prepare('insertDoc').run(doc.id, ...row).lastInsertRowid
    const added = chunks.map(({ text, hash, vector, first }, ord) => {
      const chunkId = prepare('insertChunk').run(key, ord, text, hash).lastInsertRowid
      if (vector) prepare('insertVector').run(chunkId, toBlob(vector))
      if (staged) prepare('insertFirst').run(chunkId, first ? toBlob(first) : null)
      return Number(chunkId)
    })
    prepare('insertText').run(key)
    return { removed, added }
  })
  const remove = db.transaction((extId: string): number[] | undefined => {
    const key = docKey(extId)
    if (key === undefined) return undefined
    const removed = clear(key)
    prepare('deleteDoc').run(key)
    return removed
  })

  return {
    /** `staged`: what finds the chunks while vectors are missing is written too. */
    upsert(doc: DocRow, chunks: StagedChunk[], staged: boolean): Written {
      // Immediate: a deferred transaction that reads first fails at once when another connection writes.
      return upsert.immediate(doc, chunks, staged)
    },
    remove: (docId: string) => remove.immediate(docId),
  }
}

export function checkVector(vector: Float32Array | undefined, dims: number, of: string): void {
  if (vector?.length === dims && vector.every(Number.isFinite)) return
  const message = `a vector of ${of} is not ${dims} finite numbers (it has ${vector?.length ?? 0})`
  throw new PipelineError('DATA_UNREADABLE', message, 'embed the document again with the model of the index')
}
