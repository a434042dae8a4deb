const gib = 2 ** 30

/** Texts in a batch by memory still to be had (S2-5): under 2 GiB 8, under 4 GiB 16, else 32. */
export function batchCeiling(availableBytes: number): 8 | 16 | 32 {
  if (availableBytes < 2 * gib) return 8
  return availableBytes < 4 * gib ? 16 : 32
}
