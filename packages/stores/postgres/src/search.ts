import type { Config, Filter, Hits } from '@tenfold/contracts'
import { checkVector, wordsOf } from '@tenfold/store-kit'
import type { Database, Session } from './database.ts'
import { conditionsOf } from './filter.ts'
import { prunedQuery } from './frequent-words.ts'
import { kinds } from './vector-index.ts'

/** pgvector's largest hnsw.ef_search: whoever wants more rows gets them by a scan. */
const mostEf = 1000
/** Bytes of a word that PostgreSQL still takes (MAXSTRLEN), and words that still make a quick query. */
const longestWord = 2046
const mostWords = 4000

export interface Statement {
  text: string
  values: unknown[]
}

/** The statements of a search, so that a plan can be asked of what is really run. */
export interface Searches {
  /** By the index in force. */
  near(query: Float32Array, k: number, filter?: Filter): Statement
  exact(query: Float32Array, k: number, filter?: Filter): Statement
  /** Undefined where the text has no word. */
  lexical(text: string, limit: number, filter?: Filter): Statement | undefined
}

/** A vector as pgvector reads it. */
export const vectorText = (vector: Float32Array): string => `[${vector.join(',')}]`

const where = (conditions: string[]) => (conditions.length > 0 ? `WHERE ${conditions.join(' AND ')}` : '')

export function searchesIn(schema: string, config: Config, dims: number): Searches {
  const chunks = `${schema}.chunks`
  const product = `(vector <#> $1::vector(${dims}))`
  const rank = config['db.pgRank']
  const searches: Searches = {
    exact(query, k, filter) {
      const values: unknown[] = [vectorText(query), k]
      // + 0: as a plain operator an index would be used, which is not exact
      const text = `SELECT id, -${product} AS score FROM ${chunks} ${where(conditionsOf(filter, values))}
        ORDER BY ${product} + 0, id LIMIT $2`
      return { text, values }
    },
    near(query, k, filter) {
      const vectors = config['db.pgVectors']
      if (vectors === 'exact' || k > mostEf) return searches.exact(query, k, filter)
      const { order } = kinds(dims)[vectors]
      const values: unknown[] = [vectorText(query), k]
      const conditions = where(conditionsOf(filter, values))
      if (vectors !== 'bit') {
        const text = `SELECT id, -${product} AS score FROM ${chunks} ${conditions} ORDER BY ${order} LIMIT $2`
        return { text, values }
      }
      const depth = `$${values.push(Math.min(mostEf, Math.max(k, config['db.rescore'])))}`
      const text = `SELECT id, -${product} AS score FROM
        (SELECT id, vector FROM ${chunks} ${conditions} ORDER BY ${order} LIMIT ${depth}) coarse
        ORDER BY ${product}, id LIMIT $2`
      return { text, values }
    },
    lexical(text, limit, filter) {
      const words = wordsOf(text).filter((word) => Buffer.byteLength(word) <= longestWord)
      if (words.length === 0) return undefined
      const some = words.slice(0, mostWords)
      const share = config['db.ftsMaxDocShare']
      // words hold neither quotes nor operators, see wordsOf
      const values: unknown[] =
        share < 1 ? [some.join(' '), limit] : [some.map((word) => `'${word}'`).join(' | '), limit]
      const asked = share < 1 ? prunedQuery(schema, `$${values.push(share)}`) : `to_tsquery('english', $1) wanted`
      const conditions = ['words @@ wanted', ...conditionsOf(filter, values)]
      const ranked = `SELECT id, ${rank}(words, wanted) AS score FROM ${chunks}, ${asked}
        ${where(conditions)} ORDER BY score DESC, id LIMIT $2`
      return { text: ranked, values }
    },
  }
  return searches
}

/** Session settings of every search. */
const costsOf = (config: Config): Session => ({ random_page_cost: String(config['db.pgRandomPageCost']) })

/** Session settings under which a search for k rows finds k: a graph gives no more than ef_search. */
export function sessionFor(config: Config, k: number, pgvector: number): Session {
  const wanted = config['db.pgVectors'] === 'bit' ? Math.max(k, config['db.rescore']) : k
  const ef = Math.min(mostEf, Math.max(config['db.pgEfSearch'], wanted))
  const scans = { off: 'off', strict: 'strict_order', relaxed: 'relaxed_order' } as const
  return {
    ...costsOf(config),
    'hnsw.ef_search': String(ef),
    // there since 0.8
    ...(pgvector >= 8 ? { 'hnsw.iterative_scan': scans[config['db.pgIterativeScan']] } : {}),
  }
}

interface Found {
  id: string
  score: number
}

const hitsOf = (found: Found[]): Hits => ({
  chunkIds: found.map(({ id }) => Number(id)),
  scores: found.map(({ score }) => score),
})

export function searcher(database: Database, config: Config, dims: number, pgvector: number, at: () => Searches) {
  const none: Hits = { chunkIds: [], scores: [] }
  const run = ({ text, values }: Statement, k: number) =>
    database.rows<Found>(text, values, sessionFor(config, k, pgvector))
  return {
    async vectorSearch(query: Float32Array, k: number, filter?: Filter): Promise<Hits> {
      checkVector(query, dims, 'the question')
      if (k === 0) return none
      const found = await run(at().near(query, k, filter), k)
      // fewer than asked: either no more match, or the filter left too few of what the graph found
      const all =
        found.length < k && config['db.pgVectors'] !== 'exact' ? await run(at().exact(query, k, filter), k) : found
      // a relaxed scan, and rows scored by halves, come in nearly the right order
      return hitsOf(all.sort((a, b) => b.score - a.score || Number(a.id) - Number(b.id)))
    },
    async exactSearch(query: Float32Array, k: number, filter?: Filter): Promise<Hits> {
      checkVector(query, dims, 'the question')
      if (k === 0) return none
      return hitsOf(await run(at().exact(query, k, filter), k))
    },
    async lexicalSearch(text: string, limit: number, filter?: Filter): Promise<Hits> {
      const statement = limit > 0 ? at().lexical(text, limit, filter) : undefined
      return statement ? hitsOf(await database.rows<Found>(statement.text, statement.values, costsOf(config))) : none
    },
  }
}
