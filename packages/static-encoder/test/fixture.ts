import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@tenfold/measure'
import { onTestFinished } from 'vitest'
import type { StaticTable } from '../src/index.ts'
import { quantise } from '../src/table.ts'

export function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'tenfold-static-'))
  onTestFinished(() => rmSync(path, { recursive: true, force: true }))
  return path
}

/** Rows of seeded numbers with variances that fall from column to column. */
export function slabOf(rows: number, width: number, seed = 1): Float32Array {
  const random = seededRandom(seed)
  return Float32Array.from({ length: rows * width }, (_, i) => (random() - 0.5) / (1 + (i % width)) + 0.1)
}

export const tableOf = (rows: number, dims: number): StaticTable => ({ dims, ...quantise(slabOf(rows, dims), dims) })

export const dot = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!
  return sum
}
