import type { Config } from '@tenfold/contracts'
import { wordsOf } from '@tenfold/store-kit'
import type { Clause } from './dialect.ts'
import { vectorField } from './dialect.ts'

/** The knobs of a single search. */
export interface SearchSettings {
  hits: Config['db.osHits']
  /** 0 leaves it to the server. */
  candidates: number
  totalHits: boolean
  requestCache: boolean
}

/** Both servers refuse to return more. */
export const mostHits = 10_000

/** Two fields, each with a clause for each word, stay below the 1,024 clauses that a server takes by default. */
const mostWords = 500

/** What comes back of a hit: its id alone is needed. */
export function returned({ hits, totalHits }: Pick<SearchSettings, 'hits' | 'totalHits'>): Clause {
  const parts: Record<typeof hits, Clause> = {
    all: {},
    text: { _source: { excludes: [vectorField] } },
    id: { _source: false },
    docvalue: { _source: false, stored_fields: '_none_', docvalue_fields: ['chunkId'] },
  }
  return { ...parts[hits], ...(totalHits ? {} : { track_total_hits: false }) }
}

/** Any word in title or text; the better field counts. Undefined when there is no word. */
export function wordQuery(text: string, filter: Clause[]): Clause | undefined {
  const words = wordsOf(text).slice(0, mostWords)
  if (words.length === 0) return undefined
  const must = { multi_match: { query: words.join(' '), fields: ['title', 'text'] } }
  return { bool: { must, ...(filter.length > 0 ? { filter } : {}) } }
}

export const allChunks = (filter: Clause[]): Clause => ({ bool: { filter: [{ term: { kind: 'chunk' } }, ...filter] } })
