import type { Database } from 'better-sqlite3'

/** Where ANALYZE keeps what the planner knows: averages, and samples of columns with skew. */
export const statisticsTables = ['sqlite_stat1', 'sqlite_stat4']

export const hasTable = (db: Database, table: string): boolean =>
  db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table) !== undefined

export const statisticsOf = (db: Database, table: string): unknown[][] =>
  db.prepare(`SELECT * FROM ${table}`).raw().all() as unknown[][]

export function insertStatistics(db: Database, table: string, rows: readonly unknown[][]): void {
  for (const row of rows) db.prepare(`INSERT INTO ${table} VALUES (${row.map(() => '?').join(', ')})`).run(...row)
}

/** As JSON can hold it, bytes as base64; null where there is no such table. */
export type SavedStatistics = Record<string, unknown[][] | null>

export const saveStatistics = (db: Database): SavedStatistics =>
  Object.fromEntries(
    statisticsTables.map((table) => [table, hasTable(db, table) ? statisticsOf(db, table).map(asJson) : null]),
  )

/** Puts them back; a table that was not there goes. */
export function restoreStatistics(db: Database, saved: SavedStatistics): void {
  for (const [table, rows] of Object.entries(saved)) {
    if (!hasTable(db, table)) continue
    if (rows === null) db.exec(`DROP TABLE ${table}`)
    else {
      db.exec(`DELETE FROM ${table}`)
      insertStatistics(db, table, rows.map(fromJson))
    }
  }
  // the planner keeps what it read until it is told to read again
  if (hasTable(db, 'sqlite_stat1')) db.exec('ANALYZE sqlite_schema')
}

const asJson = (row: readonly unknown[]): unknown[] =>
  row.map((value) => (Buffer.isBuffer(value) ? { base64: value.toString('base64') } : value))

const fromJson = (row: readonly unknown[]): unknown[] =>
  row.map((value) => {
    const isBytes = typeof value === 'object' && value !== null && 'base64' in value
    return isBytes ? Buffer.from(String(value.base64), 'base64') : value
  })
