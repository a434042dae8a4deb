export const dims = 8
export const identity = { modelSha256: 'a'.repeat(64), dims, chunker: 'words' }

/** A vector of length 1 that differs with the seed. */
export function vector(seed: number): Float32Array {
  const values = Array.from({ length: dims }, (_, i) => Math.sin(seed * 7.1 + i * (seed + 1.3)))
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}
