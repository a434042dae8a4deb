import { setImmediate as immediate } from 'node:timers/promises'

/** Rows compared at once against those behind them, between two looks at the signal. */
const blockRows = 64
/** Leading dimensions compared before the rest: few pairs get past them. */
const headDims = 96
/** Pairs told at most, the most similar ones; `found` counts all. */
const maxPairs = 1000

export interface DuplicateReport {
  /** Pairs of rows with their cosine, most similar first. */
  pairs: { a: number; b: number; cosine: number }[]
  /** Pairs at or above the threshold, also those not told. */
  found: number
}

/**
 * All pairs of rows with a cosine of at least `threshold`, exactly: `vectors` holds rows of length 1, row-major. A pair
 * is left early when its leading dimensions and the Cauchy-Schwarz bound on the rest rule it out.
 */
export async function nearDuplicates(
  vectors: Float32Array,
  dims: number,
  { threshold, signal }: { threshold: number; signal?: AbortSignal },
): Promise<DuplicateReport> {
  const rows = vectors.length / dims
  const head = Math.min(headDims, dims)
  const tails = Float64Array.from({ length: rows }, (_, row) => tailLength(vectors, row * dims + head, dims - head))
  let pairs: DuplicateReport['pairs'] = []
  let found = 0
  const keepBest = () => {
    pairs = pairs.sort((p, q) => q.cosine - p.cosine || p.a - q.a || p.b - q.b).slice(0, maxPairs)
  }
  for (let block = 0; block < rows; block += blockRows) {
    await immediate()
    signal?.throwIfAborted()
    const end = Math.min(block + blockRows, rows)
    // The other row outside: it is read once for the whole block.
    for (let b = block + 1; b < rows; b++) {
      for (let a = block; a < Math.min(b, end); a++) {
        const lead = dot(vectors, a * dims, b * dims, head)
        // The margin takes up what rounding adds to a sum of f32 products.
        if (lead + tails[a]! * tails[b]! < threshold - 1e-6) continue
        const cosine = lead + dot(vectors, a * dims + head, b * dims + head, dims - head)
        if (cosine < threshold) continue
        found++
        pairs.push({ a, b, cosine })
        if (pairs.length >= 2 * maxPairs) keepBest()
      }
    }
  }
  keepBest()
  return { pairs, found }
}

function dot(vectors: Float32Array, a: number, b: number, count: number): number {
  let [s0, s1, s2, s3] = [0, 0, 0, 0]
  let i = 0
  for (; i + 3 < count; i += 4) {
    s0 += vectors[a + i]! * vectors[b + i]!
    s1 += vectors[a + i + 1]! * vectors[b + i + 1]!
    s2 += vectors[a + i + 2]! * vectors[b + i + 2]!
    s3 += vectors[a + i + 3]! * vectors[b + i + 3]!
  }
  for (; i < count; i++) s0 += vectors[a + i]! * vectors[b + i]!
  return s0 + s1 + s2 + s3
}

const tailLength = (vectors: Float32Array, start: number, count: number): number =>
  Math.sqrt(dot(vectors, start, start, count))
