/** Symmetric int8 columns of a matrix: value ≈ `values[row, column] * scales[column]`. */
export interface Quantized {
  values: Int8Array<ArrayBuffer>
  scales: Float32Array<ArrayBuffer>
}

/**
 * One scale per column: max|w| / levels. `levels` is 127, or 63 where the processor adds pairs of u8 x s8 products
 * in 16 bits and would saturate (ONNX Runtime calls that reduce_range).
 */
export function quantizeColumns(matrix: Float32Array, columns: number, levels: number): Quantized {
  const scales = new Float32Array(columns)
  for (let i = 0; i < matrix.length; i++) {
    const size = Math.abs(matrix[i]!) / levels
    if (size > scales[i % columns]!) scales[i % columns] = size
  }
  const values = new Int8Array(matrix.length)
  for (let i = 0; i < matrix.length; i++) values[i] = clamp(matrix[i]! / (scales[i % columns]! || 1), levels)
  return { values, scales }
}

/** One scale per row, for tables that are looked up, not multiplied. */
export function quantizeRows(matrix: Float32Array, columns: number): Quantized {
  const scales = new Float32Array(matrix.length / columns)
  const values = new Int8Array(matrix.length)
  for (let row = 0; row < scales.length; row++) {
    const end = (row + 1) * columns
    for (let i = row * columns; i < end; i++) scales[row] = Math.max(scales[row]!, Math.abs(matrix[i]!) / 127)
    for (let i = row * columns; i < end; i++) values[i] = clamp(matrix[i]! / (scales[row]! || 1), 127)
  }
  return { values, scales }
}

const clamp = (value: number, limit: number) => Math.max(-limit, Math.min(limit, Math.round(value)))

/** `rows` x `columns` to `columns` x `rows`. */
export function transpose(matrix: Float32Array, rows: number, columns: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(matrix.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) out[column * rows + row] = matrix[row * columns + column]!
  }
  return out
}

/** Matrices of `rows` rows side by side: [A | B | C]. */
export function besides(matrices: Float32Array[], rows: number): Float32Array<ArrayBuffer> {
  const widths = matrices.map((matrix) => matrix.length / rows)
  const total = widths.reduce((sum, width) => sum + width, 0)
  const out = new Float32Array(rows * total)
  let left = 0
  for (const [i, matrix] of matrices.entries()) {
    const width = widths[i]!
    for (let row = 0; row < rows; row++) out.set(matrix.subarray(row * width, (row + 1) * width), row * total + left)
    left += width
  }
  return out
}
