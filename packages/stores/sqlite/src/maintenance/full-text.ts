import type { Connection } from '../connection.ts'

/** Pages one step of a merge may write, so that no transaction of it holds the writer up for long. */
const mergePages = 500

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** FTS5 tables of a file. */
export const fullTextTables = (db: Connection): string[] =>
  db
    .prepare(
      `SELECT name FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL TABLE%' AND lower(sql) GLOB '*using*fts5*' ORDER BY name`,
    )
    .pluck()
    .all() as string[]

/** Sorted lists of words that a search has to merge; each commit adds one, and FTS5 joins some of them by itself. */
export const segmentsOf = (db: Connection, table: string): number =>
  db
    .prepare(`SELECT count(DISTINCT segid) FROM ${quoted(`${table}_idx`)}`)
    .pluck()
    .get() as number

/** Joins all segments, in many short transactions (https://sqlite.org/fts5.html#the_merge_command). */
export function mergeSegments(db: Connection, table: string): void {
  const name = quoted(table)
  const merge = db.prepare(`INSERT INTO ${name} (${name}, rank) VALUES ('merge', ?)`)
  const changes = db.prepare('SELECT total_changes()').pluck()
  let before: number
  // negative first: all levels are joined into one; then as long as a step has done something
  let pages = -mergePages
  do {
    before = changes.get() as number
    merge.run(pages)
    pages = mergePages
  } while ((changes.get() as number) - before >= 2)
}

/** Compares the index with the texts it was made from. Throws SQLITE_CORRUPT_VTAB. */
export function checkFullText(db: Connection, table: string): void {
  const name = quoted(table)
  db.prepare(`INSERT INTO ${name} (${name}, rank) VALUES ('integrity-check', 1)`).run()
}
