export const verdictNames = ['faster', 'slower', 'equivalent', 'undecided'] as const

/** `quality-lost` wins over everything: a faster system that answers worse is worse. */
export const outcomes = ['better', 'worse', 'equivalent', 'mixed', 'undecided', 'quality-lost'] as const

/** Fewest samples of each arm from which a change of p95 is claimed; below, the interval is wider than ±30 %. */
export const tailClaimSamples = 400
