/** How texts are put together for one run of the model. */
export interface BatchRule {
  /** Most texts in a batch. */
  maxTexts: number
  /** Most padded tokens (texts x longest) in a batch of texts sorted by length; 0 fills batches in arrival order. */
  tokenBudget: number
}

/** Padded ids and mask, row-major `rows` x `length`. */
export interface Batch {
  ids: Int32Array<ArrayBuffer>
  mask: Int32Array<ArrayBuffer>
  rows: number
  length: number
}

/**
 * Text numbers per batch; each text once. Sorted batches go longest first, so that an arena grows once. `equal`: only texts of one length
 * together, as a graph without a mask wants them.
 */
export function planBatches(
  lengths: ArrayLike<number>,
  { maxTexts, tokenBudget }: BatchRule,
  equal = false,
): number[][] {
  const order = Array.from(lengths, (_, text) => text)
  if (tokenBudget > 0 || equal) order.sort((a, b) => lengths[b]! - lengths[a]! || a - b)
  const batches: number[][] = []
  let current: number[] = []
  let longest = 0
  for (const text of order) {
    longest = Math.max(longest, lengths[text]!)
    const over =
      (tokenBudget > 0 && (current.length + 1) * longest > tokenBudget) || (equal && lengths[text] !== longest)
    if (current.length > 0 && (current.length >= maxTexts || over)) {
      batches.push(current)
      current = []
      longest = lengths[text]!
    }
    current.push(text)
  }
  if (current.length > 0) batches.push(current)
  return batches
}

export function packBatch(texts: Int32Array[]): Batch {
  const length = Math.max(...texts.map((ids) => ids.length))
  const ids = new Int32Array(texts.length * length)
  const mask = new Int32Array(texts.length * length)
  for (const [row, text] of texts.entries()) {
    ids.set(text, row * length)
    mask.fill(1, row * length, row * length + text.length)
  }
  return { ids, mask, rows: texts.length, length }
}

/** Runs `batches` of `tokens` one by one; rows come back in the order of `tokens`. */
export async function runBatches(
  tokens: Int32Array[],
  batches: number[][],
  run: (batch: Batch) => Promise<Float32Array>,
): Promise<Float32Array> {
  let slab = new Float32Array(0)
  for (const rows of batches) {
    const vectors = await run(packBatch(rows.map((row) => tokens[row]!)))
    if (tokens.length === 1) return vectors
    const dims = vectors.length / rows.length
    if (slab.length === 0) slab = new Float32Array(tokens.length * dims)
    placeRows(slab, vectors, rows)
  }
  return slab
}

/** Writes the rows of `vectors` to the places `rows` of `slab`. */
export function placeRows(slab: Float32Array, vectors: Float32Array, rows: number[]): void {
  const dims = vectors.length / rows.length
  for (const [i, row] of rows.entries()) slab.set(vectors.subarray(i * dims, (i + 1) * dims), row * dims)
}
