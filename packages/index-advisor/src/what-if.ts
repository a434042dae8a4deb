import Database from 'better-sqlite3'
import type { Candidate } from './candidates.ts'
import { planOf } from './sql/plan.ts'
import { quoted } from './sql/tokens.ts'
import type { Binding } from './statements.ts'
import { hasTable, insertStatistics, statisticsOf, statisticsTables } from './statistics.ts'

/** A database without rows that plans like the real one: same schema, same statistics. */
export interface WhatIf {
  /** The plan if these indexes were there too; undefined when the statement does not fit the schema. */
  plan(binding: Binding, candidates: readonly Candidate[]): string[] | undefined
  /** Takes over the statistics of a database that has been analysed. */
  copyStatistics(from: Database.Database): void
  close(): void
}

export function openWhatIf(source: Database.Database): WhatIf {
  const db = new Database(':memory:')
  copySchema(source, db)
  db.exec('ANALYZE')
  const present = new Map<string, Candidate>()
  let statistics = readStatistics(source)
  setStatistics(db, statistics, isThere(db))
  return {
    plan(binding, candidates) {
      const wanted = new Set(candidates.map(({ name }) => name))
      const superfluous = [...present.keys()].filter((name) => !wanted.has(name))
      const missing = candidates.filter(({ name }) => !present.has(name))
      // dropping an index drops its statistics, and a new one has none until they are read again
      for (const name of superfluous) {
        db.exec(`DROP INDEX ${quoted(name)}`)
        present.delete(name)
      }
      for (const candidate of missing) {
        db.exec(candidate.ddl)
        present.set(candidate.name, candidate)
      }
      const isNew = new Set(missing.map(({ name }) => name))
      if (isNew.size > 0) setStatistics(db, statistics, (index) => isNew.has(String(index)))
      try {
        return planOf(db, binding)
      } catch {
        return undefined
      }
    },
    copyStatistics(from) {
      for (const name of present.keys()) db.exec(`DROP INDEX ${quoted(name)}`)
      present.clear()
      statistics = readStatistics(from)
      for (const { table } of statistics) db.exec(`DELETE FROM ${table}`)
      setStatistics(db, statistics, isThere(db))
    },
    close: () => db.close(),
  }
}

function copySchema(from: Database.Database, to: Database.Database): void {
  const shadows = new Set(
    from.prepare(`SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'`).pluck().all(),
  )
  const rows = from
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL AND type <> 'trigger' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY type = 'view', rowid`,
    )
    .all() as { name: string; sql: string }[]
  for (const { name, sql } of rows) {
    if (shadows.has(name)) continue
    try {
      to.exec(sql)
    } catch {
      // a module or function of the application: statements on it cannot be planned here, and are told as such
    }
  }
}

const readStatistics = (db: Database.Database) =>
  statisticsTables.filter((table) => hasTable(db, table)).map((table) => ({ table, rows: statisticsOf(db, table) }))
type Statistics = ReturnType<typeof readStatistics>

/** An index of the file itself, or no index: the row of a table. Those of candidates come with them. */
const isThere = (db: Database.Database) => {
  const names = new Set(db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index'`).pluck().all())
  return (index: unknown) => index === null || names.has(index)
}

/** Writes the rows of these indexes; the second column names the index. */
function setStatistics(db: Database.Database, statistics: Statistics, isWanted: (index: unknown) => boolean): void {
  for (const { table, rows } of statistics) {
    const wanted = rows.filter(([, index]) => isWanted(index))
    if (hasTable(db, table)) insertStatistics(db, table, wanted)
  }
  db.exec('ANALYZE sqlite_schema')
}
