import type { DocRow, Filter, Match, MetadataValue } from './store.ts'

/** Whether a document meets all conditions. Texts are compared by code units. What every store's own filter must agree with. */
export function matchesFilter({ collection, metadata = {} }: Pick<DocRow, 'collection' | 'metadata'>, filter: Filter) {
  if (filter.collection !== undefined && filter.collection !== collection) return false
  return Object.entries(filter.metadata ?? {}).every(([field, match]) => {
    const value = Object.hasOwn(metadata, field) ? metadata[field] : undefined
    return value !== undefined && matchesValue(value, match)
  })
}

function matchesValue(value: MetadataValue, match: Match): boolean {
  if (typeof match !== 'object') return value === match
  if ('in' in match) return match.in.includes(value)
  const within = (bound: number | string | undefined, holds: (order: number) => boolean) =>
    bound === undefined || (typeof bound === typeof value && holds(value < bound ? -1 : value > bound ? 1 : 0))
  return within(match.gte, (order) => order >= 0) && within(match.lte, (order) => order <= 0)
}
