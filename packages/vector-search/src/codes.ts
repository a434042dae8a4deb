import type { Slab } from './slab.ts'

/** Smaller copies of the rows that a scan reads first. */
export interface Codes {
  readonly kernel: 'scanInt8' | 'scanBits'
  /** What the kernel takes as width. */
  readonly width: number
  /** Learns from the first `rows` rows and writes the code of each. `live` of them hold a vector, the others zeros. */
  fit(rows: number, live: number): void
  /** Writes the code of a row. */
  write(row: number): void
  /** Puts a query where the kernel reads it. */
  ask(query: Float32Array): void
}

export type CodeMaker = { bytes: (stride: number) => number; make: (slab: Slab) => Codes }
