import type { Config } from '@tenfold/contracts'
import type { Database } from './database.ts'
import { lockFor } from './registry.ts'

type Vectors = Config['db.pgVectors']

/** What an index is made of, and the order a search asks for so that it is used. `$1` is the question. */
interface Kind {
  expression: string
  order: string
}

/** Graphs at pgvector's own defaults: m 16, ef_construction 64. */
export const kinds = (dims: number): Record<Exclude<Vectors, 'exact'>, Kind> => ({
  hnsw: { expression: 'vector vector_ip_ops', order: `vector <#> $1::vector(${dims})` },
  halfvec: {
    expression: `(vector::halfvec(${dims})) halfvec_ip_ops`,
    order: `vector::halfvec(${dims}) <#> $1::halfvec(${dims})`,
  },
  bit: {
    expression: `(binary_quantize(vector)::bit(${dims})) bit_hamming_ops`,
    order: `binary_quantize(vector)::bit(${dims}) <~> binary_quantize($1::vector(${dims}))::bit(${dims})`,
  },
})

const indexName = (vectors: Vectors) => `chunks_vector_${vectors}`

/**
 * Builds the index that these searches need, unless it is there. Others stay beside it: each search asks for its own by its order. An
 * empty table gets none: it is quicker to build one from rows than to grow it.
 */
export async function ensureVectorIndex(
  database: Database,
  schema: string,
  vectors: Vectors,
  dims: number,
): Promise<void> {
  if (vectors === 'exact' || (await hasVectorIndex(database, schema, vectors))) return
  const [any] = await database.rows(`SELECT 1 FROM ${schema}.chunks LIMIT 1`)
  if (!any) return
  await database.transaction(async (query) => {
    await lockFor(query, schema)
    await query('SET LOCAL statement_timeout = 0')
    const { expression } = kinds(dims)[vectors]
    await query(`CREATE INDEX IF NOT EXISTS ${indexName(vectors)} ON ${schema}.chunks USING hnsw (${expression})`)
  })
  await database.rows(`ANALYZE ${schema}.chunks`)
}

export async function hasVectorIndex(database: Database, schema: string, vectors: Vectors): Promise<boolean> {
  const found = await database.rows('SELECT 1 FROM pg_indexes WHERE schemaname = $1 AND indexname = $2', [
    schema,
    indexName(vectors),
  ])
  return found.length > 0
}
