import type { Config } from '@tenfold/contracts'
import type { Database } from './database.ts'
import { type Searches, type Statement, sessionFor } from './search.ts'

/** A whole vector in a plan tells nothing, 384 numbers long. */
const vectorLiteral = /'\[[^\]']{40,}\]'/g

/** Rows a usual search asks for. */
const depth = 50

/** EXPLAIN of what a question runs, asked with a stored vector and the words of a stored text. */
export async function explainSearches(
  database: Database,
  schema: string,
  searches: Searches,
  { config, dims, pgvector }: { config: Config; dims: number; pgvector: number },
): Promise<Record<string, string[]>> {
  const [sample] = await database.rows<{ collection: string; title: string }>(
    `SELECT collection, title FROM ${schema}.chunks ORDER BY id LIMIT 1`,
  )
  const { collection = '', title = 'word' } = sample ?? {}
  const vector = new Float32Array(dims).fill(dims ** -0.5)
  const statements: Record<string, Statement | undefined> = {
    vectorSearch: searches.near(vector, depth),
    vectorSearchFiltered: searches.near(vector, depth, { collection }),
    exactSearch: searches.exact(vector, depth),
    lexicalSearch: searches.lexical(title, depth),
    lexicalSearchFiltered: searches.lexical(title, depth, { collection }),
    hydrate: hydrateIn(schema, [1, 2, 3]),
    vectorsByHash: vectorsByHashIn(schema, ['x']),
    docHash: docHashIn(schema, 'x'),
  }
  const plans: Record<string, string[]> = {}
  for (const [name, statement] of Object.entries(statements)) {
    if (!statement) continue
    const session = sessionFor(config, depth, pgvector)
    const steps = await database.rows<Record<string, string>>(`EXPLAIN ${statement.text}`, statement.values, session)
    plans[name] = steps.map((step) => step['QUERY PLAN']!.replace(vectorLiteral, "'[…]'"))
  }
  return plans
}

export const hydrateIn = (schema: string, chunkIds: number[]): Statement => ({
  text: `SELECT id, doc_id, title, text FROM unnest($1::bigint[]) WITH ORDINALITY AS wanted (id, place)
    JOIN ${schema}.chunks USING (id) ORDER BY place`,
  values: [chunkIds],
})

export const vectorsByHashIn = (schema: string, hashes: string[]): Statement => ({
  text: `SELECT DISTINCT ON (hash) hash, vector::text AS vector FROM ${schema}.chunks WHERE hash = ANY ($1)`,
  values: [hashes],
})

export const docHashIn = (schema: string, docId: string): Statement => ({
  text: `SELECT hash FROM ${schema}.docs WHERE id = $1`,
  values: [docId],
})
