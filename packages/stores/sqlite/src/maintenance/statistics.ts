import type { Connection } from '../connection.ts'

/** A table with statistics: its rows when they were made, and now. */
export interface Grown {
  table: string
  analyzedRows: number
  rows: number
  ratio: number
}

/** Tables that ANALYZE has seen; it notes their rows as the first number. Shadow tables of a full-text index change with it and do not count. */
export function grownTables(db: Connection): Grown[] {
  if (!db.prepare(`SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat1'`).get()) return []
  const seen = db
    .prepare(
      `SELECT s.tbl AS name, max(CAST(s.stat AS INTEGER)) AS analyzedRows FROM sqlite_stat1 s
       JOIN pragma_table_list t ON t.schema = 'main' AND t.name = s.tbl AND t.type = 'table' GROUP BY s.tbl ORDER BY s.tbl`,
    )
    .all() as { name: string; analyzedRows: number }[]
  return seen.map(({ name, analyzedRows }) => {
    const rows = db
      .prepare(`SELECT count(*) FROM "${name.replaceAll('"', '""')}"`)
      .pluck()
      .get() as number
    return { table: name, analyzedRows, rows, ratio: rows / Math.max(1, analyzedRows) }
  })
}
