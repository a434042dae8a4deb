import { describeFilters } from '../../kit/test/filters.ts'
import { askable, expressionOf, hex } from '../src/filter.ts'

interface Document {
  live: boolean
  doc: string
  facts: string[]
  numbers: Record<string, number>
}

/** The part of the language that is used, read strictly: what does not parse is an injection. */
function meets(condition: string, document: Document): boolean {
  if (condition === 'live = true') return document.live
  const within = /^(facts|doc) IN \[((?:"[0-9a-f]*"(?:, )?)*)\]$/.exec(condition)
  if (within) {
    const texts = within[2] === '' ? [] : within[2]!.split(', ').map((each) => JSON.parse(each) as string)
    return [document[within[1] as 'facts' | 'doc']].flat().some((each) => texts.includes(each))
  }
  const range = /^numbers\.(n[0-9a-f]*) (>=|<=) "(-?[\d.]+(?:e[+-]?\d+)?)"$/.exec(condition)
  if (!range) throw new Error(`not understood: ${condition}`)
  const found = document.numbers[range[1]!]
  if (found === undefined) return false
  return range[2] === '>=' ? found >= Number(range[3]) : found <= Number(range[3])
}

describeFilters('Meilisearch', (filter, docIds, { of, live }) =>
  expressionOf(filter, docIds)
    .split(' AND ')
    .every((each) => meets(each, { live, doc: hex('d'), ...askable(of) })),
)
