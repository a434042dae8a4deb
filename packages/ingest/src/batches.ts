import type { Cut } from './cut.ts'
import type { IngestStore, Piece } from './types.ts'

/** Chunks embedded and committed together: several encoder batches, few enough that a kill loses little. */
export const chunksAtOnce = 256
/** Documents committed in one transaction; more gain nothing (3.3 µs a row with 100, 3.8 with 1,000). */
export const docsAtOnce = 100

export interface Batch {
  docs: { cut: Cut; pieces: Piece[] }[]
  /** The pieces that have no vector yet, each text once. */
  fresh: Piece[]
}

/** Groups of at most `docs` documents and `chunksAtOnce` chunks; a longer document is a group of its own. */
export async function* grouped(cuts: AsyncIterable<Cut>, docs: number): AsyncGenerator<Cut[], void, undefined> {
  let group: Cut[] = []
  let count = 0
  for await (const cut of cuts) {
    const more = cut.chunks?.length ?? 0
    if (group.length > 0 && count + more > chunksAtOnce) {
      yield group
      group = []
      count = 0
    }
    group.push(cut)
    count += more
    // At once, not when the next one comes: it may be waiting for this one to leave.
    if (group.length >= docs) {
      yield group
      group = []
      count = 0
    }
  }
  if (group.length > 0) yield group
}

/**
 * Texts whose vector exists: in the store, whatever document they belong to, or on the way there in this batch or one
 * before it. A piece is on its way until `arrived` is called with its batch.
 */
export function vectorReuse(store: IngestStore) {
  const onTheWay = new Map<string, { piece: Piece; batch: Batch }>()
  return {
    async *assign(groups: AsyncIterable<Cut[]>): AsyncGenerator<Batch, void, undefined> {
      for await (const group of groups) yield await assignGroup(group)
    },
    arrived(batch: Batch): void {
      for (const { pieces } of batch.docs) {
        for (const { hash } of pieces) if (onTheWay.get(hash)?.batch === batch) onTheWay.delete(hash)
      }
    },
  }

  async function assignGroup(group: readonly Cut[]): Promise<Batch> {
    const hashes = [...new Set(group.flatMap(({ chunks = [] }) => chunks.map(({ hash }) => hash)))]
    // Before the store is asked: what is on the way now may have arrived by the time it answers.
    const coming = new Map(hashes.flatMap((hash) => (onTheWay.has(hash) ? [[hash, onTheWay.get(hash)!.piece]] : [])))
    const stored = await store.vectorsByHash(hashes.filter((hash) => !coming.has(hash)))
    const batch: Batch = { docs: [], fresh: [] }
    const pieceOf = ({ text, hash }: { text: string; hash: string }): Piece => {
      const known = coming.get(hash)
      if (known) return known
      const piece: Piece = { text, hash, vector: stored.get(hash) }
      coming.set(hash, piece)
      onTheWay.set(hash, { piece, batch })
      if (!piece.vector) batch.fresh.push(piece)
      return piece
    }
    batch.docs = group.map((cut) => ({ cut, pieces: (cut.chunks ?? []).map(pieceOf) }))
    return batch
  }
}
