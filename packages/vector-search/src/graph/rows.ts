import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { PipelineError } from '@tenfold/contracts'

/**
 * The f32 vectors of these rows, one after the other: from memory, a file or a database. They are the truth candidates are rescored
 * with. They may lie in a buffer that the next call writes over.
 */
export type RowReader = (rows: Uint32Array) => Float32Array

/** Rows that lie in memory, row-major. */
export function rowsInMemory(vectors: Float32Array, dims: number): RowReader {
  return (rows) => {
    const read = new Float32Array(rows.length * dims)
    for (let i = 0; i < rows.length; i++) {
      read.set(vectors.subarray(rows[i]! * dims, (rows[i]! + 1) * dims), i * dims)
    }
    return read
  }
}

/** Rows of a file of little-endian f32, row-major, read one by one through the page cache. */
export interface RowFile {
  read: RowReader
  /** Rows in the file. */
  readonly count: number
  close(): void
}

/** Throws DATA_UNREADABLE where the file is no whole number of rows, and for a row that is not there. */
export function openRowFile(file: string, dims: number): RowFile {
  const handle = openSync(file, 'r')
  const width = 4 * dims
  const count = fstatSync(handle).size / width
  if (!Number.isInteger(count)) {
    closeSync(handle)
    throw new PipelineError(
      'DATA_UNREADABLE',
      `${file} has no whole number of rows of ${dims} numbers`,
      'write it again',
    )
  }
  let bytes = new Uint8Array(0)
  return {
    count,
    read(rows) {
      if (bytes.length < rows.length * width) bytes = new Uint8Array(rows.length * width)
      for (let i = 0; i < rows.length; i++) {
        if (readSync(handle, bytes, i * width, width, rows[i]! * width) === width) continue
        throw new PipelineError(
          'DATA_UNREADABLE',
          `${file} has ${count} rows, not row ${rows[i]}`,
          'build the graph again',
        )
      }
      return new Float32Array(bytes.buffer, 0, rows.length * dims)
    },
    close: () => closeSync(handle),
  }
}
