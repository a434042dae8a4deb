import { createHash } from 'node:crypto'
import { setImmediate as immediate } from 'node:timers/promises'
import type { Doc } from '@tenfold/contracts'
import { type ChunkOptions, chunk } from '@tenfold/dataset'
import type { IngestRun } from './types.ts'

/** A document cut into chunks; `chunks` is undefined when the store has it as it is. */
export interface Cut {
  doc: Doc
  hash: string
  chunks: { text: string; hash: string }[] | undefined
}

/** Documents to chunks. Each takes a turn of the event loop, so that what runs beside it is not kept waiting. */
export async function* cutDocs(
  docs: AsyncIterable<Doc>,
  { store, encoder, chunking }: Pick<IngestRun, 'store' | 'encoder' | 'chunking'>,
): AsyncGenerator<Cut, void, undefined> {
  const options = { ...chunking, countTokens: (text: string) => encoder.countTokens(text) }
  for await (const doc of docs) {
    await immediate()
    const hash = hashOfDoc(doc)
    const isStored = (await store.docHash(doc.id)) === hash
    yield { doc, hash, chunks: isStored ? undefined : cutDoc(doc, options) }
  }
}

/** The chunks of a document, each with the hash by which a text that is stored already is known again. */
export const cutDoc = (doc: Doc, options: ChunkOptions): { text: string; hash: string }[] =>
  chunk(doc.text, options).map((text) => ({ text, hash: hashOf(text) }))

/** Changes when title, collection or text do. */
export const hashOfDoc = ({ title, collection, text, metadata }: Doc): string =>
  hashOf(JSON.stringify([title, collection, text, ...(metadata ? [metadata] : [])]))

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
