import type { Filter, Match } from '@tenfold/contracts'

/** For servers without ranges over texts: such a filter is resolved to documents first. */
export const hasTextRange = ({ metadata = {} }: Filter): boolean =>
  Object.values(metadata).some(
    (match) => isRange(match) && [match.gte, match.lte].some((each) => typeof each === 'string'),
  )

const isRange = (match: Match): match is { gte?: number | string; lte?: number | string } =>
  typeof match === 'object' && !('in' in match)
