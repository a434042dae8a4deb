import type { Filter, Match } from '@tenfold/contracts'

/** Conditions as SQL, with values numbered from where `values` ends; they are added to it. Empty where there are none. */
export function conditionsOf(filter: Filter | undefined, values: unknown[]): string[] {
  const put = (value: unknown) => `$${values.push(value)}`
  const conditions: string[] = []
  if (filter?.collection !== undefined) conditions.push(`collection = ${put(plain(filter.collection))}`)
  for (const [field, match] of Object.entries(filter?.metadata ?? {})) conditions.push(matching(field, match, put))
  return conditions
}

/** PostgreSQL has no NUL in texts. */
export const plain = (text: string): string => text.replaceAll('\0', '\ufffd')

function matching(field: string, match: Match, put: (value: unknown) => string): string {
  const equals = (value: unknown) => `metadata @> ${put(JSON.stringify({ [field]: value }))}::jsonb`
  if (typeof match !== 'object') return equals(match)
  if ('in' in match) return match.in.length === 0 ? 'false' : `(${match.in.map(equals).join(' OR ')})`
  const value = `metadata -> ${put(field)}::text`
  const text = `metadata ->> ${put(field)}::text`
  const bound = (limit: number | string | undefined, operator: string): string => {
    if (limit === undefined) return 'true'
    // CASE, because AND does not promise that the type is looked at first
    return typeof limit === 'number'
      ? `CASE WHEN jsonb_typeof(${value}) = 'number' THEN (${text})::float8 ${operator} ${put(limit)}::float8 ELSE false END`
      : `CASE WHEN jsonb_typeof(${value}) = 'string' THEN (${text}) COLLATE "C" ${operator} ${put(limit)}::text ELSE false END`
  }
  return `(metadata ? ${put(field)}::text AND ${bound(match.gte, '>=')} AND ${bound(match.lte, '<=')})`
}
