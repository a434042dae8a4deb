import { setImmediate } from 'node:timers/promises'
import { eigenSymmetric } from './eigen.ts'

/** Principal components of rows: directions of length 1, largest variance first. */
export interface Components {
  mean: Float64Array
  /** Row k is component k, `width` values. */
  directions: Float64Array
  variances: Float64Array
}

/** Rows between two looks at the signal: a few milliseconds. */
const rowsAtOnce = 512

/** Of `rows` (row-major, `width` values each), by the eigenvectors of their covariance (divisor n). Throws the signal's reason. */
export async function principalComponents(
  rows: Float32Array,
  width: number,
  signal?: AbortSignal,
): Promise<Components> {
  const count = rows.length / width
  const mean = new Float64Array(width)
  for (let i = 0; i < rows.length; i++) mean[i % width]! += rows[i]! / count
  const covariance = new Float64Array(width * width)
  const own = new Float64Array(width)
  for (let row = 0; row < count; row++) {
    if (row % rowsAtOnce === 0) await breath(signal)
    for (let i = 0; i < width; i++) own[i] = rows[row * width + i]! - mean[i]!
    for (let i = 0; i < width; i++) {
      const x = own[i]!
      const at = i * width
      for (let j = 0; j <= i; j++) covariance[at + j]! += x * own[j]!
    }
  }
  for (let i = 0; i < width; i++) {
    for (let j = 0; j <= i; j++) covariance[j * width + i] = covariance[i * width + j]! /= count
  }
  const { values, vectors } = eigenSymmetric(covariance, width)
  return { mean, directions: vectors, variances: values }
}

/** Coordinates of `rows` along the first `dims` components, row-major. Throws the signal's reason. */
export async function project(
  rows: Float32Array,
  { mean, directions }: Components,
  dims: number,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const width = mean.length
  const count = rows.length / width
  const result = new Float32Array(count * dims)
  const own = new Float64Array(width)
  for (let row = 0; row < count; row++) {
    if (row % rowsAtOnce === 0) await breath(signal)
    for (let i = 0; i < width; i++) own[i] = rows[row * width + i]! - mean[i]!
    for (let k = 0; k < dims; k++) {
      let sum = 0
      const at = k * width
      for (let i = 0; i < width; i++) sum += own[i]! * directions[at + i]!
      result[row * dims + k] = sum
    }
  }
  return result
}

async function breath(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate()
  signal?.throwIfAborted()
}
