/** Dot product of `a` with the row of `b` at `offset`. Four sums let the engine overlap the additions. */
export function dotF32(a: Float32Array, b: Float32Array, offset: number, dims: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  const whole = dims - (dims % 4)
  let i = 0
  for (let j = offset; i < whole; i += 4, j += 4) {
    s0 += a[i]! * b[j]!
    s1 += a[i + 1]! * b[j + 1]!
    s2 += a[i + 2]! * b[j + 2]!
    s3 += a[i + 3]! * b[j + 3]!
  }
  for (; i < dims; i++) s0 += a[i]! * b[offset + i]!
  return s0 + s1 + (s2 + s3)
}

/** The same for codes of a byte; exact, as 127² times any sane number of dimensions stays below 2³¹. */
export function dotInt8(a: Int8Array, b: Int8Array, offset: number, dims: number): number {
  let s0 = 0
  let s1 = 0
  let s2 = 0
  let s3 = 0
  const whole = dims - (dims % 4)
  let i = 0
  for (let j = offset; i < whole; i += 4, j += 4) {
    s0 = (s0 + a[i]! * b[j]!) | 0
    s1 = (s1 + a[i + 1]! * b[j + 1]!) | 0
    s2 = (s2 + a[i + 2]! * b[j + 2]!) | 0
    s3 = (s3 + a[i + 3]! * b[j + 3]!) | 0
  }
  for (; i < dims; i++) s0 = (s0 + a[i]! * b[offset + i]!) | 0
  return (s0 + s1 + s2 + s3) | 0
}
