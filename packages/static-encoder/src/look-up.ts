import type { StaticTable } from './table.ts'

/** Writes the mean of the rows of `ids`, brought to length 1, to `into` at `at`; zeros when no token has a row. */
export function meanOfRows(
  { codes, scales, dims }: StaticTable,
  ids: ArrayLike<number>,
  into: Float32Array,
  at: number,
): void {
  const sum = new Float64Array(dims)
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i]!
    const scale = scales[id]!
    if (scale === 0) continue
    const row = id * dims
    for (let k = 0; k < dims; k++) sum[k]! += scale * codes[row + k]!
  }
  let square = 0
  for (let k = 0; k < dims; k++) square += sum[k]! * sum[k]!
  // a mean needs no division before its length is made 1
  const factor = square > 0 ? 1 / Math.sqrt(square) : 0
  for (let k = 0; k < dims; k++) into[at + k] = factor * sum[k]!
}
