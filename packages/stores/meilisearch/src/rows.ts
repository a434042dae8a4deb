import { randomUUID } from 'node:crypto'
import type { ChunkRow, DocRow } from '@tenfold/contracts'
import { chunkIdOf, type Owner } from '@tenfold/store-kit'
import { askable, hex } from './filter.ts'

/** Vectors of a chunk by the name of their embedder; null where a row has none. */
type Vectors = Record<string, { embeddings: number[]; regenerate: false } | null>

/** One row of the index: a chunk, a document, or what the index was made with. */
export interface Row {
  id: string
  kind?: 'chunk' | 'doc' | 'identity' | 'gone'
  /** The id of the document in hexadecimal digits; for chunks and documents. */
  doc?: string
  /** Only rows that are live are searched. */
  live?: boolean
  title?: string
  text?: string
  /** Of a chunk, in hexadecimal digits. */
  hash?: string
  /** Base64 of little-endian f32: what the engine quantises it does not give back. */
  f32?: string
  facts?: string[]
  numbers?: Record<string, number>
  /** Of a document: as it came, and the ids of its chunks. */
  row?: DocRow
  chunks?: string[]
  identity?: string
  owner?: Owner
  _vectors?: Vectors
}

export const docKey = (docId: string): string => `d${chunkIdOf(docId, 0, 'document')}`
export const chunkKey = (chunkId: number): string => `c${chunkId}`
export const chunkIdFrom = (key: string): number => Number(key.slice(1))
export const textFrom = (digits: string): string => Buffer.from(digits, 'hex').toString()

export const toBase64 = (vector: Float32Array): string =>
  Buffer.from(new Uint8Array(Float32Array.from(vector).buffer)).toString('base64')
export const fromBase64 = (text: string): Float32Array =>
  new Float32Array(new Uint8Array(Buffer.from(text, 'base64')).buffer)

export const vectorsOf = (embedders: string[], vector: Float32Array | undefined): Vectors =>
  Object.fromEntries(
    embedders.map((name) => [name, vector ? { embeddings: Array.from(vector), regenerate: false } : null]),
  )

/** The rows that put `batch` in the place of `before`: all of one task, which the engine carries out whole or not at all. */
export function rowsOf(batch: { doc: DocRow; chunks: ChunkRow[] }[], before: Row[], embedders: string[]): Row[] {
  // ids of this write alone: the chunks of before are told apart from those that take their place
  const round = randomUUID()
  const written = batch.flatMap(({ doc, chunks }): Row[] => {
    const own = chunks.map(
      ({ text, hash, vector }, ord): Row => ({
        id: chunkKey(chunkIdOf(`${round} ${doc.id}`, ord, hash)),
        kind: 'chunk',
        live: true,
        doc: hex(doc.id),
        title: doc.title,
        text,
        hash: hex(hash),
        f32: toBase64(vector),
        ...askable(doc),
        _vectors: vectorsOf(embedders, vector),
      }),
    )
    const record: Row = {
      id: docKey(doc.id),
      kind: 'doc',
      doc: hex(doc.id),
      row: doc,
      chunks: own.map(({ id }) => id),
      _vectors: vectorsOf(embedders, undefined),
    }
    return [...own, record]
  })
  return [...hidden(before), ...written]
}

/** The same chunks, no longer searched. */
export const hidden = (records: Row[]): Row[] =>
  records.flatMap(({ chunks = [] }) => chunks.map((id): Row => ({ id, live: false, kind: 'gone' })))
