import { createHash } from 'node:crypto'
import type { ChunkRow, DocRow } from '@tenfold/contracts'
import { chunkIdOf } from '@tenfold/store-kit'
import { vectorField } from './dialect.ts'
import { typedMetadata } from './filter.ts'

/** What a document is, beside its chunks: the entry says which chunks are its own. */
export interface Entry {
  docId: string
  hash: string
  chunkIds: number[]
}

/** Ids on a server are short; those of documents are any text. */
export const keyOf = (docId: string): string => `d-${createHash('sha256').update(docId).digest('base64url')}`

/** Nine digits name every f32 number (IEEE 754), and a body of half the length. */
export const numbersOf = (vector: Float32Array): number[] => Array.from(vector, (value) => Number(value.toPrecision(9)))

export interface Row {
  id: string
  source: Record<string, unknown>
}

export interface DocumentRows {
  entry: Entry
  entryRow: Row
  chunkRows: Row[]
}

/**
 * What is stored of a document. The id of a chunk depends on all that is stored with it, so a new version never changes a chunk of the
 * old one: until the entry is switched, the old one is whole.
 */
export function documentRows(doc: DocRow, chunks: readonly ChunkRow[]): DocumentRows {
  const { id: docId, collection, hash } = doc
  const title = doc.title.toWellFormed()
  const metadata = typedMetadata(doc.metadata)
  const around = JSON.stringify([title, collection, metadata])
  const chunkRows = chunks.map((chunk, ord) => {
    const chunkId = chunkIdOf(docId, ord, JSON.stringify([around, chunk.hash, chunk.text]))
    const text = chunk.text.toWellFormed()
    const source = { kind: 'chunk', docId, collection, ...metadata, chunkId, title, text, hash: chunk.hash }
    return { id: String(chunkId), source: { ...source, [vectorField]: numbersOf(chunk.vector) } }
  })
  const entry = { docId, hash, chunkIds: chunkRows.map(({ id }) => Number(id)) }
  return { entry, entryRow: { id: keyOf(docId), source: { kind: 'doc', key: keyOf(docId), entry } }, chunkRows }
}
