import { createHash } from 'node:crypto'

/**
 * The question as caches see it (S0-2): trimmed, white space joined, letters lowered. Lowering is lossless for retrieval
 * with an uncased encoder and BM25; a prompt for a generator must never be keyed like this.
 */
export function normalizeQuestion(text: string): string {
  return text.normalize('NFC').trim().replace(/\s+/g, ' ').toLowerCase()
}

/** A fixed-length key over parts of any kind (S0-1): SHA-256, so that parts cannot run into each other. */
export function cacheKey(...parts: readonly (string | number | undefined)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts.map((part) => part ?? null)))
    .digest('base64url')
}
