import type { ChunkRow, DocRow } from '@tenfold/contracts'
import { countsOf } from '@tenfold/store-kit'
import { attributesOf } from './expression.ts'
import { pointsOf } from './filter.ts'

/** A copy: the bytes of a vector as Redis keeps them, f32 little-endian. */
export const toBytes = (vector: Float32Array): Buffer => Buffer.from(new Uint8Array(Float32Array.from(vector).buffer))

/** The bytes of a reply need not begin where a number may. */
export const fromBytes = (bytes: Buffer): Float32Array => new Float32Array(new Uint8Array(bytes).buffer)

/** The arguments of the script that writes a batch. */
export function writeOf(batch: readonly { doc: DocRow; chunks: ChunkRow[] }[]): (string | Buffer)[] {
  const docs = batch.map(({ doc, chunks }) => {
    const points = pointsOf(doc)
    return {
      id: doc.id,
      title: doc.title.toWellFormed(),
      hash: doc.hash,
      points,
      tags: points.sets.map(tagOf).join(),
      attributes: attributesOf(doc),
      chunks: chunks.map(({ text, hash }) => ({
        text: text.toWellFormed(),
        hash,
        ...countsOf(`${doc.title} ${text}`),
      })),
    }
  })
  return [JSON.stringify(docs), ...batch.flatMap(({ chunks }) => chunks.map(({ vector }) => toBytes(vector)))]
}

/** What leads to chunks as a word of hexadecimal digits. */
export const tagOf = (key: string): string => Buffer.from(key).toString('hex')
