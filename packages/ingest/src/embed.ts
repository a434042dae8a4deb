import { type Batch, chunksAtOnce } from './batches.ts'
import type { IngestEncoder } from './types.ts'

/** Gives each fresh piece its vector. Batches go on in order, so a text shared with an earlier batch has its vector. */
export async function* embedBatches(
  batches: AsyncIterable<Batch>,
  encoder: IngestEncoder,
  signal: AbortSignal,
): AsyncGenerator<Batch, void, undefined> {
  for await (const batch of batches) {
    for (let start = 0; start < batch.fresh.length; start += chunksAtOnce) {
      signal.throwIfAborted()
      const pieces = batch.fresh.slice(start, start + chunksAtOnce)
      const slab = await encoder.embed(
        pieces.map(({ text }) => text),
        { signal },
      )
      for (const [row, piece] of pieces.entries()) {
        piece.vector = slab.subarray(row * encoder.dims, (row + 1) * encoder.dims)
      }
    }
    yield batch
  }
}
