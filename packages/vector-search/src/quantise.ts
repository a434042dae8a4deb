const calibrationQuantile = 0.9995
/** Values looked at to find the quantile; more changes the scale by less than a code step. */
const calibrationSample = 1_000_000

/** The absolute value that maps to code 127: the 99.95 % quantile of |x|, so that outliers do not waste the codes. */
export function calibrate(vectors: Float32Array): number {
  const stride = Math.max(1, Math.floor(vectors.length / calibrationSample))
  const sample = new Float32Array(Math.ceil(vectors.length / stride))
  for (let i = 0; i < sample.length; i++) sample[i] = Math.abs(vectors[i * stride]!)
  sample.sort()
  return sample[Math.floor(calibrationQuantile * (sample.length - 1))] || 1
}

/** Codes of `vector` into `codes` at `offset`: x / scale × 127, rounded, cut to ±127. */
export function encode(vector: Float32Array, scale: number, codes: Int8Array, offset: number): void {
  const factor = 127 / scale
  for (let i = 0; i < vector.length; i++) {
    codes[offset + i] = Math.max(-127, Math.min(127, Math.round(vector[i]! * factor)))
  }
}
