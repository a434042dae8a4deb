import { createHash } from 'node:crypto'
import type { Database } from 'better-sqlite3'
import { quoted } from './tokens.ts'

export interface Column {
  name: string
  /** Numbers are narrow enough to be carried by an index; texts and blobs are not. */
  isNumeric: boolean
  /** Another name of the rowid: found without an index, and at the end of every index already. */
  isRowid: boolean
}

export interface Index {
  name: string
  table: string
  /** Columns in order; null stands for an expression. */
  columns: (string | null)[]
  unique: boolean
  /** `c`: by CREATE INDEX. Others belong to a constraint and stay. */
  origin: string
  partial: boolean
  sql: string | null
}

export interface Table {
  name: string
  columns: Map<string, Column>
  indexes: Index[]
  /** Columns of the foreign keys that point away from this table. */
  foreignKeys: string[][]
}

/** Lower-case name → table. */
export type Schema = Map<string, Table>

export const journalTable = 'tenfold_index_journal'

/** The ordinary tables of a file; virtual ones search by their own index. */
export function readSchema(db: Database): Schema {
  const names = db
    .prepare(
      `SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name <> ?`,
    )
    .pluck()
    .all(journalTable) as string[]
  return new Map(names.map((name) => [name.toLowerCase(), readTable(db, name)]))
}

function readTable(db: Database, name: string): Table {
  const rows = db.prepare('SELECT name, type, pk FROM pragma_table_info(?)').all(name) as {
    name: string
    type: string
    pk: number
  }[]
  const hasOneKey = rows.filter(({ pk }) => pk > 0).length === 1
  const columns = rows.map(({ name: column, type, pk }) => ({
    name: column,
    isNumeric: /INT|REAL|FLOA|DOUB|NUM|DEC|BOOL|DATE|TIME/i.test(type) && !/CHAR|CLOB|TEXT|BLOB/i.test(type),
    isRowid: hasOneKey && pk === 1 && type.toUpperCase() === 'INTEGER',
  }))
  const keys = db
    .prepare('SELECT id, "from" AS "column" FROM pragma_foreign_key_list(?) ORDER BY id, seq')
    .all(name) as { id: number; column: string }[]
  return {
    name,
    columns: new Map(columns.map((column) => [column.name.toLowerCase(), column])),
    indexes: readIndexes(db, name),
    foreignKeys: [...new Set(keys.map(({ id }) => id))].map((id) =>
      keys.filter((key) => key.id === id).map(({ column }) => column.toLowerCase()),
    ),
  }
}

function readIndexes(db: Database, table: string): Index[] {
  const found = db.prepare('SELECT name, "unique", origin, partial FROM pragma_index_list(?)').all(table) as {
    name: string
    unique: number
    origin: string
    partial: number
  }[]
  const columns = db.prepare('SELECT name FROM pragma_index_xinfo(?) WHERE key = 1 ORDER BY seqno').pluck()
  const sql = db.prepare(`SELECT sql FROM sqlite_schema WHERE type = 'index' AND name = ?`).pluck()
  return found.map(({ name, unique, origin, partial }) => ({
    name,
    table,
    columns: (columns.all(name) as (string | null)[]).map((column) => column?.toLowerCase() ?? null),
    unique: unique === 1,
    origin,
    partial: partial === 1,
    sql: (sql.get(name) as string | null | undefined) ?? null,
  }))
}

/** All that CREATE made but the journal, as text, in an order that does not depend on when it was made. */
export function schemaDump(db: Database): string {
  const rows = db
    .prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE tbl_name <> ? ORDER BY type, name')
    .raw()
    .all(journalTable)
  return rows.map((row) => JSON.stringify(row)).join('\n')
}

export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Does the table have at least so many rows? Reads no more than that. */
export const hasRows = (db: Database, table: string, rows: number): boolean =>
  db.prepare(`SELECT 1 FROM ${quoted(table)} LIMIT 1 OFFSET ?`).get(rows - 1) !== undefined
