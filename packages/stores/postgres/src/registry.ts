import { existsSync } from 'node:fs'
import type { Namespace } from '@tenfold/store-kit'
import type { Database, Query } from './database.ts'
import { limits } from './limits.ts'

// One row for each folder that holds the name of an index. An index lives as long as one of its folders.
const table = `CREATE TABLE IF NOT EXISTS tenfold.folders (
  name text NOT NULL, machine text NOT NULL, folder text NOT NULL, seen timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (name, machine, folder)
)`
/** Serialises what several processes would make at once: CREATE … IF NOT EXISTS alone can still fail then. */
export const lockFor = (query: Query, what: string) =>
  query('SELECT pg_advisory_xact_lock(hashtextextended($1, 0))', [`tenfold ${what}`])

export async function prepareRegistry(database: Database): Promise<void> {
  const [there] = await database.rows<{ there: boolean }>(`SELECT to_regclass('tenfold.folders') IS NOT NULL AS there`)
  if (there?.there) return
  await database.transaction(async (query) => {
    await lockFor(query, 'registry')
    await query('CREATE SCHEMA IF NOT EXISTS tenfold')
    await query(table)
  })
}

/** Notes that these folders hold the name of an index. */
export async function register(query: Query, { name, machine }: Namespace, folders: readonly string[]): Promise<void> {
  await query(
    `INSERT INTO tenfold.folders (name, machine, folder) SELECT $1, $2, unnest($3::text[])
     ON CONFLICT (name, machine, folder) DO UPDATE SET seen = now()`,
    [name, machine, folders],
  )
}

export const unregister = (database: Database, name: string) =>
  database.rows('DELETE FROM tenfold.folders WHERE name = $1', [name])

/** Drops indexes that no folder names any more. Those with a folder on another machine are that one's to drop. */
export async function sweep(database: Database, machine: string): Promise<string[]> {
  const rows = await database.rows<{ name: string; folders: string[] }>(
    `SELECT name, array_agg(folder) AS folders FROM tenfold.folders GROUP BY name
     HAVING bool_and(machine = $1) AND max(seen) < now() - $2 * interval '1 millisecond'`,
    [machine, limits.graceMs],
  )
  const gone = rows.filter(({ folders }) => !folders.some((folder) => existsSync(folder))).map(({ name }) => name)
  for (const name of gone) {
    await database.transaction(async (query) => {
      await lockFor(query, name)
      await query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
      await query('DELETE FROM tenfold.folders WHERE name = $1', [name])
    })
  }
  return gone
}
