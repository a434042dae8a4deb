import type { Database } from './database.ts'

const mib = 2 ** 20
const toMib = (bytes: number) => `${Math.ceil(bytes / mib)}MB`

interface Server {
  sharedBuffers: number
  maintenance: number
  libraries: string
  /** Tables with all their indexes, and the vector indexes alone. */
  total: number
  vectors: number
}

const facts = (schema: string) => `SELECT
  (SELECT setting::float8 * 8192 FROM pg_settings WHERE name = 'shared_buffers') AS "sharedBuffers",
  (SELECT setting::float8 * 1024 FROM pg_settings WHERE name = 'maintenance_work_mem') AS maintenance,
  coalesce(current_setting('shared_preload_libraries', true), '') AS libraries,
  pg_total_relation_size('${schema}.chunks')::float8 AS total,
  (SELECT coalesce(sum(pg_relation_size(indexrelid)), 0)::float8 FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = '${schema}.chunks'::regclass AND relname LIKE 'chunks\\_vector\\_%') AS vectors`

/** Settings of the whole server, which a user of it does not change, each with the command. */
export async function adviceFor(database: Database, schema: string): Promise<string[]> {
  const [server] = await database.rows<Server>(facts(schema))
  if (!server) return []
  const { sharedBuffers, maintenance, libraries, total, vectors } = server
  const advice: string[] = []
  if (sharedBuffers < total)
    advice.push(
      `PostgreSQL caches ${toMib(sharedBuffers)}, the index has ${toMib(total)}: ALTER SYSTEM SET shared_buffers = '${toMib(1.25 * total)}', then restart the server`,
    )
  if (maintenance < vectors)
    advice.push(
      `vector indexes of ${toMib(vectors)} are built with ${toMib(maintenance)}, which is slower: ALTER SYSTEM SET maintenance_work_mem = '${toMib(1.25 * vectors)}'; SELECT pg_reload_conf()`,
    )
  if (!libraries.includes('pg_stat_statements'))
    advice.push(
      `PostgreSQL does not count its statements: ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements${libraries ? `, ${libraries}` : ''}', restart the server, then CREATE EXTENSION pg_stat_statements`,
    )
  return advice
}
