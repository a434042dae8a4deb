import { createHash } from 'node:crypto'

/**
 * The id of a chunk: the first 53 bits of a SHA-256 over what it is. The same chunk has the same id wherever it is stored, and an id
 * never names another text. Among a million chunks two collide with a chance of 6e-5 (n² / 2^54), and upserts of both fail or overwrite.
 */
export function chunkIdOf(docId: string, ord: number, hash: string): number {
  const digest = createHash('sha256')
    .update(JSON.stringify([docId, ord, hash]))
    .digest()
  return Number(digest.readBigUInt64BE() >> 11n)
}
