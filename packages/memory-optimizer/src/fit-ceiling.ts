/** A configuration as it was measured. */
export interface CeilingCandidate<Setting> {
  config: Setting
  /** Highest private memory of its process. */
  peakPrivateBytes: number
  p50Ms: number
}

/** Kept free: what was measured is not the worst that can come. */
export const ceilingHeadroom = 0.2

/**
 * The quickest configuration whose peak leaves `headroom` of the ceiling free, the smaller one of equally quick ones; undefined when
 * none does.
 */
export function fitCeiling<Setting>(
  candidates: readonly CeilingCandidate<Setting>[],
  ceilingBytes: number,
  headroom = ceilingHeadroom,
): CeilingCandidate<Setting> | undefined {
  return candidates
    .filter(({ peakPrivateBytes }) => peakPrivateBytes <= ceilingBytes * (1 - headroom))
    .sort((a, b) => a.p50Ms - b.p50Ms || a.peakPrivateBytes - b.peakPrivateBytes)[0]
}
