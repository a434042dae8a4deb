import { PipelineError, type StoreIdentity } from '@tenfold/contracts'
import { maskUrl, type Namespace } from '@tenfold/store-kit'
import type { Database, Query } from './database.ts'
import { unregister } from './registry.ts'

/** Raised with every change of the tables below. */
const schemaVersion = 1

// Title, collection and metadata are repeated in the chunks, so that no search joins. The words of title and text lie in a column of their
// own: a ranked search reads them for every match.
const tables = (name: string, dims: number) => `
CREATE SCHEMA ${name};
CREATE TABLE ${name}.meta (key text PRIMARY KEY, value text NOT NULL);
CREATE TABLE ${name}.docs (id text COLLATE "C" PRIMARY KEY, hash text NOT NULL);
CREATE TABLE ${name}.chunks (
  id bigint PRIMARY KEY, doc_id text COLLATE "C" NOT NULL REFERENCES ${name}.docs (id) ON DELETE CASCADE, ord int NOT NULL,
  title text NOT NULL, collection text NOT NULL, metadata jsonb NOT NULL, text text NOT NULL, hash text NOT NULL,
  vector vector(${dims}) NOT NULL, words tsvector NOT NULL
);`
const lookups = (name: string) => `
CREATE INDEX chunks_doc ON ${name}.chunks (doc_id);
CREATE INDEX chunks_hash ON ${name}.chunks (hash);
CREATE INDEX chunks_collection ON ${name}.chunks (collection);
CREATE INDEX chunks_words ON ${name}.chunks USING gin (words);`

const stringify = ({ modelSha256, dims, chunker }: StoreIdentity): Record<string, string> => ({
  schema: String(schemaVersion),
  modelSha256,
  dims: String(dims),
  chunker,
})

/** Throws ENGINE_UNAVAILABLE, with what to install, where the server has no pgvector. The version, as a number: 0.8 is 8. */
export async function requirePgvector(database: Database): Promise<number> {
  const find = () =>
    database.rows<{ extversion: string }>(`SELECT extversion FROM pg_extension WHERE extname = 'vector'`)
  const found = await find()
  if (found.length === 0) {
    try {
      await database.rows('CREATE EXTENSION IF NOT EXISTS vector')
    } catch (cause) {
      const [{ version = '' } = {}] = await database.rows<{ version: string }>(
        `SELECT split_part(current_setting('server_version'), '.', 1) AS version`,
      )
      const message = `${maskUrl(database.url)} has no pgvector: ${(cause as Error).message}`
      const hint = `on the server: apt install postgresql-${version}-pgvector (or github.com/pgvector/pgvector), then as a superuser CREATE EXTENSION vector`
      throw new PipelineError('ENGINE_UNAVAILABLE', message, hint, { cause })
    }
  }
  const [extension] = found.length > 0 ? found : await find()
  const [major = 0, minor = 0] = (extension?.extversion ?? '').split('.').map(Number)
  return major * 1000 + minor
}

/** Makes the tables of a new index. */
export async function createTables(query: Query, name: string, identity: StoreIdentity): Promise<void> {
  await query(tables(name, identity.dims))
  for (const [key, value] of Object.entries(stringify(identity)))
    await query(`INSERT INTO ${name}.meta VALUES ($1, $2)`, [key, value])
  await query(lookups(name))
}

/** A copy of an index under another name; its vector indexes are built when it is refreshed or opened. */
export async function copyTables(query: Query, from: string, to: string, dims: number): Promise<void> {
  await query('SET LOCAL statement_timeout = 0')
  await query(tables(to, dims))
  for (const table of ['meta', 'docs', 'chunks'])
    await query(`INSERT INTO ${to}.${table} SELECT * FROM ${from}.${table}`)
  await query(lookups(to))
  await query(`ANALYZE ${to}.chunks`)
}

/** Compares the identity of an index. Throws INDEX_MISMATCH, and INDEX_MISSING where the server has no such index. */
export async function checkIdentity(database: Database, namespace: Namespace, identity: StoreIdentity): Promise<void> {
  const [there] = await database.rows('SELECT 1 FROM pg_namespace WHERE nspname = $1', [namespace.name])
  if (!there) {
    await unregister(database, namespace.name)
    const message = `${maskUrl(database.url)} has no index ${namespace.name}, which ${namespace.folder} names`
    throw new PipelineError(
      'INDEX_MISSING',
      message,
      `delete ${namespace.folder} and ingest again, or name the right server`,
    )
  }
  const rows = await database.rows<{ key: string; value: string }>(`SELECT key, value FROM ${namespace.name}.meta`)
  const known = Object.fromEntries(rows.map(({ key, value }) => [key, value]))
  for (const [key, value] of Object.entries(stringify(identity))) {
    if (known[key] === value) continue
    const hint = 'ingest again into a new index, or go back to the settings it was made with'
    throw new PipelineError(
      'INDEX_MISMATCH',
      `${namespace.name} was made with ${key} ${known[key]}, not ${value}`,
      hint,
    )
  }
}
