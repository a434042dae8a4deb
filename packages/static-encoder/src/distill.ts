import { createHash } from 'node:crypto'
import { principalComponents, project } from './pca.ts'
import { quantise, type StaticTable } from './table.ts'
import type { Vocabulary } from './vocabulary.ts'
import { zipfWeights } from './weights.ts'

/** The part of an encoder that a table is distilled from. */
export interface TokenEncoder {
  readonly dims: number
  /** One row of length 1 for each list of token ids, markers included. */
  embedTokens(tokens: Int32Array[], options: { signal?: AbortSignal }): Promise<Float32Array>
}

export interface DistillProgress {
  /** Tokens encoded so far, and all of them. The last step, the components, takes a few seconds more. */
  done: number
  total: number
}

export interface DistillOptions {
  encoder: TokenEncoder
  vocabulary: Vocabulary
  dims: number
  onProgress?: (progress: DistillProgress) => void
  signal?: AbortSignal
}

/** Raised whenever the same model would give another table. */
const distillerVersion = 2

/** Tokens handed to the encoder at once: long enough for full batches, short enough for progress. */
const tokensAtOnce = 1024

/** What a table in the cache is found by. */
export const tableKey = (modelSha256: string, dims: number): string =>
  createHash('sha256').update([modelSha256, distillerVersion, dims].join('\n')).digest('hex').slice(0, 16)

/**
 * A static model from a real one, as model2vec does it (Tulkens and van Dongen 2024): every token is encoded alone ([CLS] token [SEP]),
 * the vectors are turned to their principal components, and each is weighted down by how common its token is.
 * Throws the signal's reason.
 */
export async function distill(options: DistillOptions): Promise<StaticTable> {
  const { encoder, vocabulary, dims, onProgress, signal } = options
  const { ids, size } = vocabulary
  const rows = new Float32Array(ids.length * encoder.dims)
  for (let at = 0; at < ids.length; at += tokensAtOnce) {
    const texts = Array.from(ids.subarray(at, at + tokensAtOnce), (id) =>
      Int32Array.of(vocabulary.start, id, vocabulary.end),
    )
    rows.set(await encoder.embedTokens(texts, signal ? { signal } : {}), at * encoder.dims)
    onProgress?.({ done: Math.min(at + tokensAtOnce, ids.length), total: ids.length })
  }
  const components = await principalComponents(rows, encoder.dims, signal)
  const projected = await project(rows, components, dims, signal)
  const weights = zipfWeights(vocabulary)
  const table = new Float32Array(size * dims)
  for (const [row, id] of ids.entries()) {
    const weight = weights[row]!
    for (let i = 0; i < dims; i++) table[id * dims + i] = weight * projected[row * dims + i]!
  }
  return { dims, ...quantise(table, dims) }
}
