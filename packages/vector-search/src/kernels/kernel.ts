/**
 * Compares one query with rows in linear memory and reports the good ones. All arguments are integers; addresses count bytes.
 *
 * `query`: the prepared query. `rows`, `width`: address of row 0 and bytes a row (of 16 rows for bits). `from`: the first row of
 * a scan, or the address of row numbers for a gather. `count`: rows to look at, at least 1. `floor`: a score key; lower ones are
 * not reported. `out`: where the hits go, two words each: the complement of the row number, then the score key.
 * Returns the address behind the last hit.
 *
 * A score key is an unsigned 32-bit integer that orders as the scores do; so a hit, read as one 64-bit integer, is larger when
 * the score is higher or, at equal scores, the row number smaller.
 */
type Kernel = (
  query: number,
  rows: number,
  width: number,
  from: number,
  count: number,
  floor: number,
  out: number,
) => number

/** f32 dot products of consecutive and of chosen rows, int8 dot products, and table sums over sign bits. */
export type Kernels = Record<'scanF32' | 'gatherF32' | 'scanInt8' | 'scanBits', Kernel>

/** Memory addressed by byte. Growing it detaches views of `buffer`; where threads share it, they stay as short as they were. */
export interface LinearMemory {
  readonly buffer: ArrayBufferLike
  /** By pages of 64 KiB. Throws RangeError when the machine has no more. */
  grow(pages: number): void
}

export const pageBytes = 65_536
/** 32-bit addresses reach 65536 pages; the last stays free so that no row ends where addresses wrap to 0. */
export const maxPages = 65_535

/** Rows a kernel looks at in one call: enough that calls cost nothing, few enough that the floor stays up to date. */
export const rowsPerCall = 4096
/** Numbers of a row are padded with zeros to a multiple of this. */
export const lanesPerStep = 16
/** Sign bits of 16 rows lie side by side: a byte of each row, then the next byte of each. */
export const rowsPerBlock = 16
