/** What is scanned. Rows are always kept as f32 too: the truth for rescoring. */
export interface IndexOptions {
  /** f32: exact. int8: a byte a number. bit: a bit a number, for vectors of many dimensions (see `fitRescore`). */
  representation: 'f32' | 'int8' | 'bit'
  /** Candidates of an int8 or bit scan scored again with f32; at least k are. */
  rescore: number
  /**
   * Threads that share a scan, 1 to 4, the caller among them; absent: 1. Scans too short to gain, and all where the runtime has no vector
   * instructions, stay in one.
   */
  threads?: number
  /** Bytes of rows or codes from which a scan is shared; absent: the constant of that name. */
  splitFromBytes?: number
}

/** Rows best first, with their f32 dot products. Fewer than k when fewer rows exist or pass the filter. */
export interface Neighbours {
  rows: Uint32Array
  scores: Float32Array
}

export interface FlatIndex {
  /**
   * The k rows with the largest dot product, ties by the smaller row number. `rows` limits the search to these rows;
   * unknown, removed and repeated numbers in it are passed over. Throws DATA_UNREADABLE for a query that is not
   * `dims` finite numbers.
   */
  search(query: Float32Array, k: number, rows?: Uint32Array): Neighbours
  /** Adds one vector and returns its row number: the lowest free one. Throws like `search`, and STORE_FULL. */
  add(vector: Float32Array): number
  /** Frees a row number. Throws DATA_UNREADABLE when no vector is there. */
  remove(row: number): void
  /** Resolves when the other threads have started, or could not: before it, the caller scans alone. Once is enough. */
  ready(): Promise<void>
  /** Ends the other threads, if any. They do not keep a process alive. Searches go on, in one thread. */
  close(): void
  /** As in the options; may be changed between searches. */
  rescore: number
  /** Threads that share a scan large enough: those asked for, less those that were lost. */
  readonly threads: number
  /** Vectors in the index. */
  readonly size: number
  readonly dims: number
  /** Bytes of vectors held: f32, and codes where there are any. */
  readonly bytes: number
  /** What runs the scan. */
  readonly engine: 'wasm-relaxed-simd' | 'wasm-simd' | 'javascript'
  /** The operating system was told to use pages of 2 MiB, which it does as far as it has them. */
  readonly hugePages: boolean
}
