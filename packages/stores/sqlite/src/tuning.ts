import type { Connection } from './connection.ts'
import { readMeta, writeMeta } from './meta.ts'
import type { StoreOptions } from './types.ts'

/** Chunk count at the last ANALYZE; absent when there are no statistics. */
const analyzedKey = 'analyzedChunks'

export const analyzeInForce = (db: Connection): StoreOptions['analyze'] =>
  readMeta(db, analyzedKey) === undefined ? 'none' : 'full'

/** Full ANALYZE, never PRAGMA optimize: that one drops the stat4 samples the planner needs for skewed columns. */
export function applyAnalyze(db: Connection, value: StoreOptions['analyze']): void {
  const run = db.transaction(() => {
    if (value === 'full') {
      db.exec('ANALYZE')
      writeMeta(db, analyzedKey, String(countChunks(db)))
    } else {
      for (const table of statTables(db)) db.exec(`DELETE FROM ${table}`)
      db.prepare('DELETE FROM meta WHERE key = ?').run(analyzedKey)
      // The planner keeps statistics in memory until it is told to read them again.
      db.exec('ANALYZE sqlite_schema')
    }
  })
  run.immediate()
}

/** True when there are no statistics, or twice as many chunks as when they were made. */
export function statisticsDue(db: Connection): boolean {
  const analyzed = readMeta(db, analyzedKey)
  return analyzed === undefined || countChunks(db) >= 2 * Math.max(1, Number(analyzed))
}

export const hasCollectionIndex = (db: Connection): boolean =>
  db.prepare(`SELECT 1 FROM sqlite_schema WHERE type = 'index' AND name = 'docs_collection'`).get() !== undefined

export function applyCollectionIndex(db: Connection, value: boolean): void {
  db.exec(
    value ? 'CREATE INDEX IF NOT EXISTS docs_collection ON docs (collection)' : 'DROP INDEX IF EXISTS docs_collection',
  )
}

/** Whether it is a file of this store; statistics of others are not noted in them. */
export const hasStoreTables = (db: Connection): boolean =>
  db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name IN ('meta', 'chunks', 'chunk_fts')`).pluck().get() === 3

const statTables = (db: Connection): string[] =>
  db.prepare(`SELECT name FROM sqlite_schema WHERE name LIKE 'sqlite_stat_'`).pluck().all() as string[]

const countChunks = (db: Connection): number => db.prepare('SELECT count(*) FROM chunks').pluck().get() as number
