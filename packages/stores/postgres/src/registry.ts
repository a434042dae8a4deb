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

interface Holder {
  name: string
  machine: string
  folder: string
  /** Not opened for as long as an index is kept in any case. */
  old: boolean
}

/** Drops indexes that no folder names any more, and forgets folders that are gone. What lies on another machine is that one's to judge. */
export async function sweep(database: Database, machine: string): Promise<void> {
  const holders = await database.rows<Holder>(
    `SELECT name, machine, folder, seen < now() - $1 * interval '1 millisecond' AS old FROM tenfold.folders`,
    [limits.graceMs],
  )
  const isGone = (holder: Holder) => holder.machine === machine && holder.old && !existsSync(holder.folder)
  const gone = holders.filter(isGone)
  if (gone.length === 0) return
  const held = new Set(holders.filter((holder) => !isGone(holder)).map(({ name }) => name))
  for (const name of new Set(gone.map((holder) => holder.name))) {
    const folders = gone.filter((holder) => holder.name === name).map(({ folder }) => folder)
    await database.transaction(async (query) => {
      await lockFor(query, name)
      await query('DELETE FROM tenfold.folders WHERE name = $1 AND machine = $2 AND folder = ANY ($3)', [
        name,
        machine,
        folders,
      ])
      if (!held.has(name)) await query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
    })
  }
}
