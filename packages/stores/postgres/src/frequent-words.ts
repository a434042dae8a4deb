import type { Database, Query } from './database.ts'
import { lockFor } from './registry.ts'

/** Rarer words than this are never dropped, so they are not kept: db.ftsMaxDocShare begins here. */
const leastShare = 0.05

const fill = (schema: string) => `INSERT INTO ${schema}.frequent_words
  SELECT word, ndoc / total.chunks FROM ts_stat('SELECT words FROM ${schema}.chunks'),
    (SELECT count(*)::float8 AS chunks FROM ${schema}.chunks) total
  WHERE ndoc > ${leastShare} * total.chunks`

/** The words of many chunks with their share, where a configuration drops some of them. `renew`: count again what is there. */
export async function ensureFrequentWords(
  database: Database,
  schema: string,
  maxShare: number,
  renew = false,
): Promise<void> {
  const [there] = await database.rows<{ there: boolean }>(`SELECT to_regclass($1) IS NOT NULL AS there`, [
    `${schema}.frequent_words`,
  ])
  if (there?.there ? !renew : maxShare >= 1) return
  await database.transaction(async (query: Query) => {
    await lockFor(query, schema)
    await query('SET LOCAL statement_timeout = 0')
    await query(`CREATE TABLE IF NOT EXISTS ${schema}.frequent_words (word text PRIMARY KEY, share float8 NOT NULL)`)
    await query(`DELETE FROM ${schema}.frequent_words`)
    await query(fill(schema))
  })
}

/** A tsquery for any word of `$1`, less those in more than `share` of the chunks, unless nothing would be left. */
export const prunedQuery = (schema: string, share: string): string => `(SELECT coalesce(
    string_agg(quote_literal(word), ' | ') FILTER (WHERE coalesce(share, 0) <= ${share}),
    string_agg(quote_literal(word), ' | '))::tsquery AS wanted
  FROM unnest(tsvector_to_array(to_tsvector('english', $1))) AS word LEFT JOIN ${schema}.frequent_words USING (word)) asked`
