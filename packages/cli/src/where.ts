import type { Filter, Match, MetadataValue } from '@tenfold/contracts'
import { InvalidArgumentError } from 'commander'

type Conditions = Record<string, Match>

/**
 * One more condition on metadata: `lang=en`, `lang=en,de`, `year>=2020`, `year<=2022`; both ends of a range are two conditions. `3` is a number,
 * `true` a truth value, and whatever stands in double quotes a text. Throws InvalidArgumentError, as the command line wants it.
 */
export function addCondition(text: string, before: Conditions = {}): NonNullable<Filter['metadata']> {
  const [, field, operator, rest = ''] = /^(.*?[^<>=\s])\s*(<=|>=|=)\s*(.*)$/s.exec(text) ?? []
  if (!field) throw new InvalidArgumentError('takes field=value, field=one,other, field>=value or field<=value')
  const values = rest.match(/"[^"]*"|[^,]+/g)?.map(scalarOf) ?? ['']
  const [first] = values
  if (operator === '=') return { ...before, [field]: values.length > 1 ? { in: values } : first! }
  if (values.length > 1 || typeof first === 'boolean')
    throw new InvalidArgumentError(`${operator} takes one number or text`)
  const range = Object.hasOwn(before, field) ? before[field] : {}
  const kept = typeof range === 'object' && !('in' in range) ? range : {}
  return { ...before, [field]: { ...kept, [operator === '>=' ? 'gte' : 'lte']: first } }
}

function scalarOf(text: string): MetadataValue {
  if (text.startsWith('"')) return text.slice(1, -1)
  if (text === 'true' || text === 'false') return text === 'true'
  return text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : text
}
