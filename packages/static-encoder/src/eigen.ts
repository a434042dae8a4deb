/** Eigenvectors as rows, with their values, largest value first. */
export interface Eigen {
  values: Float64Array
  vectors: Float64Array
}

/** Sweeps over all pairs; a matrix of 384 rows takes about 8. */
const mostSweeps = 60

/**
 * All eigenvectors of a symmetric matrix by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations, 8.5): orthonormal to
 * rounding, whatever the matrix. The sign of a vector makes its largest component positive, so that equal input gives equal output.
 */
export function eigenSymmetric(matrix: Float64Array, size: number): Eigen {
  const a = matrix.slice()
  const v = new Float64Array(size * size)
  for (let i = 0; i < size; i++) v[i * size + i] = 1
  const total = norm(a)
  for (let sweep = 0; sweep < mostSweeps; sweep++) {
    let rotated = false
    for (let p = 0; p < size - 1; p++) {
      for (let q = p + 1; q < size; q++) {
        if (Math.abs(a[p * size + q]!) <= Number.EPSILON * total * 0.01) continue
        rotated = true
        rotate(a, v, size, p, q)
      }
    }
    if (!rotated) break
  }
  const order = Array.from({ length: size }, (_, i) => i).sort((i, j) => a[j * size + j]! - a[i * size + i]! || i - j)
  const vectors = new Float64Array(size * size)
  for (const [to, from] of order.entries()) {
    const row = v.subarray(from * size, (from + 1) * size)
    const sign = row.reduce((best, x) => (Math.abs(x) > Math.abs(best) ? x : best), 0) < 0 ? -1 : 1
    for (let i = 0; i < size; i++) vectors[to * size + i] = sign * row[i]!
  }
  return { values: Float64Array.from(order, (i) => a[i * size + i]!), vectors }
}

/** Makes a[p, q] zero, keeping `a` whole and symmetric; `v` takes the same turn. */
function rotate(a: Float64Array, v: Float64Array, size: number, p: number, q: number): void {
  const [P, Q] = [p * size, q * size]
  const [app, aqq, apq] = [a[P + p]!, a[Q + q]!, a[P + q]!]
  const tau = (aqq - app) / (2 * apq)
  const t = (tau < 0 ? -1 : 1) / (Math.abs(tau) + Math.hypot(tau, 1))
  const c = 1 / Math.hypot(t, 1)
  const s = t * c
  for (let k = 0; k < size; k++) {
    const [x, y] = [a[P + k]!, a[Q + k]!]
    a[k * size + p] = a[P + k] = c * x - s * y
    a[k * size + q] = a[Q + k] = s * x + c * y
  }
  a[P + p] = app - t * apq
  a[Q + q] = aqq + t * apq
  a[P + q] = a[Q + p] = 0
  for (let k = 0; k < size; k++) {
    const [x, y] = [v[P + k]!, v[Q + k]!]
    v[P + k] = c * x - s * y
    v[Q + k] = s * x + c * y
  }
}

const norm = (values: Float64Array) => Math.sqrt(values.reduce((sum, x) => sum + x * x, 0))
