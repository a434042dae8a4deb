/** Mean of row-major vectors, summed in double precision. */
export function meanOf(vectors: Float32Array, dims: number): Float32Array {
  const sums = new Float64Array(dims)
  for (let i = 0; i < vectors.length; i++) sums[i % dims]! += vectors[i]!
  return Float32Array.from(sums, (sum) => sum / (vectors.length / dims))
}
