import type { FirstStore } from '@tenfold/contracts'

export interface FillOptions {
  store: Pick<FirstStore, 'pendingChunks' | 'pendingCount' | 'fill'>
  encoder: { readonly dims: number; embed(texts: string[], options: { signal?: AbortSignal }): Promise<Float32Array> }
  onProgress?: (progress: { filled: number; pending: number }) => void
  signal?: AbortSignal
}

/** Chunks embedded in one call: several encoder batches, few enough that progress is seen and a kill loses little. */
const chunksAtOnce = 256

/**
 * Second speed: makes the real vectors that are to come and ends the first state. What is to come is a fact of the store, so that this
 * goes on after a kill. Returns how many were made. Throws the signal's reason.
 */
export async function fillIn({ store, encoder, onProgress, signal }: FillOptions): Promise<number> {
  const all = store.pendingCount()
  let filled = 0
  for (let after = 0; ; ) {
    const chunks = store.pendingChunks(after, chunksAtOnce)
    if (chunks.length === 0) break
    const slab = await encoder.embed(
      chunks.map(({ text }) => text),
      signal ? { signal } : {},
    )
    store.fill(
      chunks.map(({ chunkId }, row) => ({
        chunkId,
        vector: slab.subarray(row * encoder.dims, (row + 1) * encoder.dims),
      })),
    )
    after = chunks.at(-1)!.chunkId
    filled += chunks.length
    onProgress?.({ filled, pending: Math.max(0, all - filled) })
  }
  // where the last pending chunk was removed, no vector came that would have ended the first state
  store.fill([])
  return filled
}
