import { createHash } from 'node:crypto'

/** A vector for each token: int8 rows with a scale each. Value = code × scale. */
export interface StaticTable {
  dims: number
  /** `size` rows of `dims` codes, by token id; markers and spare places are zero. */
  codes: Int8Array
  /** One for each row; the weight of the token is in it. */
  scales: Float32Array
}

const levels = 127

/** Rows of `dims` numbers as codes; the largest of a row becomes ±127, so no value is off by more than half its scale. */
export function quantise(rows: Float32Array, dims: number): Pick<StaticTable, 'codes' | 'scales'> {
  const codes = new Int8Array(rows.length)
  const scales = new Float32Array(rows.length / dims)
  for (let row = 0; row < scales.length; row++) {
    const at = row * dims
    let most = 0
    for (let i = 0; i < dims; i++) most = Math.max(most, Math.abs(rows[at + i]!))
    const scale = Math.fround(most / levels)
    scales[row] = scale
    // a denormal scale would divide to more than 127
    if (scale > 0) {
      for (let i = 0; i < dims; i++)
        codes[at + i] = Math.max(-levels, Math.min(levels, Math.round(rows[at + i]! / scale)))
    }
  }
  return { codes, scales }
}

/**
 * The name of the space a table spans: a hash of its content. The model is not enough, since the last digits of its vectors depend on
 * the processor, and components of nearly equal variance turn with them.
 */
export const spaceOf = ({ codes, scales }: Pick<StaticTable, 'codes' | 'scales'>): string =>
  createHash('sha256').update(bytesOf(scales)).update(bytesOf(codes)).digest('hex')

export const bytesOf = (values: Float32Array | Int8Array): Buffer =>
  Buffer.from(values.buffer, values.byteOffset, values.byteLength)
