import { median } from '@tenfold/measure'
import type { Database } from 'better-sqlite3'
import type { Table } from '../sql/schema.ts'
import { quoted } from '../sql/tokens.ts'
import { rolledBack } from './player.ts'

const rounds = 5
const rows = 200

/**
 * µs to insert a row into `table` on each side: rows of the table itself, spread over it, are taken out and put in again, in turn on
 * both, and rolled back. Null for a table without rows to take, or without a rowid.
 */
export function insertUs(a: Database, b: Database, table: Table): { beforeUs: number; afterUs: number } | null {
  const ids = spread(a, table.name)
  if (ids.length === 0) return null
  const taken: [number[], number[]] = [[], []]
  for (let round = 0; round < rounds; round++)
    for (const side of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const))
      taken[side].push(insertOnce(side === 0 ? a : b, table, ids))
  return { beforeUs: median(taken[0]), afterUs: median(taken[1]) }
}

/** Rows at even distances, found by their rowid without reading the table. */
function spread(db: Database, table: string): number[] {
  try {
    const ends = db.prepare(`SELECT min(rowid), (SELECT max(rowid) FROM ${quoted(table)}) FROM ${quoted(table)}`).raw()
    const [first, last] = ends.get() as [number | null, number | null]
    if (first === null || last === null) return []
    const next = db.prepare(`SELECT rowid FROM ${quoted(table)} WHERE rowid >= ? LIMIT 1`).pluck()
    const found = Array.from({ length: rows }, (_, i) => next.get(first + Math.floor(((last - first) * i) / rows)))
    return [...new Set(found as number[])]
  } catch {
    return []
  }
}

function insertOnce(db: Database, table: Table, ids: readonly number[]): number {
  const name = quoted(table.name)
  const columns = [...table.columns.values()]
  // a column that is another name of the rowid stands for it
  const names = [
    ...(columns.some(({ isRowid }) => isRowid) ? [] : ['rowid']),
    ...columns.map((column) => quoted(column.name)),
  ]
  const list = names.join(', ')
  const marks = names.map(() => '?').join(', ')
  const read = db.prepare(`SELECT ${list} FROM ${name} WHERE rowid = ?`).raw().safeIntegers()
  const remove = db.prepare(`DELETE FROM ${name} WHERE rowid = ?`)
  const insert = db.prepare(`INSERT INTO ${name} (${list}) VALUES (${marks})`)
  return rolledBack(db, () => {
    const taken = ids.map((id) => read.get(id) as unknown[])
    for (const id of ids) remove.run(id)
    const start = performance.now()
    for (const row of taken) insert.run(...row)
    return ((performance.now() - start) * 1000) / ids.length
  })
}
