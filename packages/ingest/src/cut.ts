import { createHash } from 'node:crypto'
import { setImmediate as immediate } from 'node:timers/promises'
import type { Doc } from '@tenfold/contracts'
import { chunk } from '@tenfold/dataset'
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
    const hash = hashOf(JSON.stringify([doc.title, doc.collection, doc.text]))
    const isStored = store.docHash(doc.id) === hash
    const chunks = isStored ? undefined : chunk(doc.text, options).map((text) => ({ text, hash: hashOf(text) }))
    yield { doc, hash, chunks }
  }
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('base64url')
