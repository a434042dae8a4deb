import type { Config, Patch } from '@tenfold/contracts'
import type { Database } from './database.ts'
import { sessionFor } from './search.ts'
import { hasVectorIndex } from './vector-index.ts'

const scanOf: Record<string, Config['db.pgIterativeScan']> = {
  off: 'off',
  strict_order: 'strict',
  relaxed_order: 'relaxed',
}
const probe = 'SELECT 1 AS prepared'

/** Settings as the server tells them. An index that is not built yet, and what only shapes the statements, are left out. */
export async function readBackFrom(
  database: Database,
  schema: string,
  config: Config,
  pgvector: number,
): Promise<Patch> {
  const vectors = config['db.pgVectors']
  const [session] = await database.rows<{ ef: string; cost: string; scan: string | null }>(
    `SELECT current_setting('hnsw.ef_search') AS ef, current_setting('random_page_cost') AS cost,
        current_setting('hnsw.iterative_scan', true) AS scan`,
    [],
    // no row is asked for: the setting itself
    sessionFor({ ...config, 'db.rescore': 1 }, 0, pgvector),
  )
  const built = vectors === 'exact' || (await hasVectorIndex(database, schema, vectors))
  return {
    ...(built ? { 'db.pgVectors': vectors } : {}),
    ...(session ? { 'db.pgEfSearch': Number(session.ef), 'db.pgRandomPageCost': Number(session.cost) } : {}),
    ...(session?.scan ? { 'db.pgIterativeScan': scanOf[session.scan] } : {}),
    'db.pgPoolMin': database.pool.min,
    'db.pgPoolMax': database.pool.max,
    'db.statementReuse': (await database.preparedFor(probe)) > 0,
  } as Patch
}
