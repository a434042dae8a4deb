import type { Config } from '@tenfold/contracts'
import { nearDuplicates } from '@tenfold/ingest'
import { openStore } from './stores.ts'

/** Chunks whose vectors are compared each with each; of more, every nth one is (20,000 take about half a minute). */
const maxRows = 20_000

export interface Duplicates {
  pairs: { cosine: number; a: { docId: string; text: string }; b: { docId: string; text: string } }[]
  /** Pairs found; `pairs` holds the most similar ones. */
  found: number
  chunks: number
  /** Chunks compared. Fewer than `chunks`: a sample, in which a share s of the chunks shows about s² of the pairs. */
  compared: number
}

/** Pairs of chunks in the index of a workspace with a cosine of at least `threshold`. Changes nothing. */
export async function findDuplicates(
  config: Config,
  workspace: string,
  options: { threshold: number; signal?: AbortSignal },
): Promise<Duplicates> {
  const store = await openStore(config, { workspace })
  try {
    const { chunkIds, vectors } = await store.sampleVectors(maxRows)
    const dims = chunkIds.length === 0 ? 1 : vectors.length / chunkIds.length
    const { pairs, found } = await nearDuplicates(vectors, dims, options)
    const told: Duplicates['pairs'] = []
    for (const { a, b, cosine } of pairs) {
      const [first, second] = await store.hydrate([chunkIds[a]!, chunkIds[b]!])
      told.push({ cosine, a: shown(first!), b: shown(second!) })
    }
    return { pairs: told, found, chunks: await store.chunkCount(), compared: chunkIds.length }
  } finally {
    await store.close()
  }
}

const shown = ({ docId, text }: { docId: string; text: string }) => ({ docId, text })
