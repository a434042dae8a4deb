import path from 'node:path'
import { median } from '@tenfold/measure'
import Database from 'better-sqlite3'
import { openConnection } from '../../src/connection.ts'
import { type Row, ratioRow } from './row.ts'

const text = 'Some words of a passage that is about eight hundred bytes long. '.repeat(13)
const tables =
  'CREATE TABLE chunks (id INTEGER PRIMARY KEY, doc INTEGER, text TEXT); CREATE INDEX chunks_doc ON chunks (doc)'

interface Way {
  name: string
  db: Database.Database
  rows: number
  rowsPerCommit: number
}

/** Rows a second: batches in WAL, against a commit for each row in WAL, and in SQLite's default mode. */
export function ingestRows(folder: string, rounds: number): Row[] {
  const wal = (name: string) => openConnection(path.join(folder, name), { mmapMib: 0, cacheKib: 16_000 }).db
  const ways: Way[] = [
    { name: 'batches', db: wal('batches.db'), rows: 10_000, rowsPerCommit: 1000 },
    { name: 'each', db: wal('each.db'), rows: 3000, rowsPerCommit: 1 },
    { name: 'default', db: new Database(path.join(folder, 'default.db')), rows: 300, rowsPerCommit: 1 },
  ]
  const us: Record<string, number[]> = {}
  for (const { db } of ways) db.exec(tables)
  // one round warms up
  for (let round = -1; round < rounds; round++) {
    for (const way of round % 2 ? ways : ways.toReversed()) {
      const taken = usPerRow(way)
      if (round >= 0) (us[way.name] ??= []).push(taken)
    }
  }
  for (const { db } of ways) db.close()
  const against = (name: string) => us[name]!.map((value, round) => value / us.batches![round]!)
  const figures = `${Math.round(1e6 / median(us.batches!))} rows/s of 830 bytes with one index`
  return [
    ratioRow(
      'ingest, 1000 rows a transaction in WAL, against one row a transaction in WAL',
      { least: 4 },
      against('each'),
      `${figures}; smaller batches write the pages of an index more often; both synchronous=NORMAL: whole after a crash of the process, last commits may be lost with the power`,
    ),
    ratioRow(
      'ingest, 1000 rows a transaction in WAL, against one row a transaction in the default mode',
      { least: 100 },
      against('default'),
      `default: rollback journal, synchronous=FULL, fsync at each commit (${Math.round(median(us.default!))} µs a row here: less where fsync is cheap, far more on a disk that really waits)`,
    ),
  ]
}

function usPerRow({ db, rows, rowsPerCommit }: Way): number {
  const insert = db.prepare('INSERT INTO chunks (doc, text) VALUES (?, ?)')
  const batch = db.transaction((from: number) => {
    for (let i = 0; i < rowsPerCommit; i++) insert.run(((from + i) * 7919) % 10_007, text)
  })
  const start = performance.now()
  for (let from = 0; from < rows; from += rowsPerCommit) batch.immediate(from)
  return ((performance.now() - start) * 1000) / rows
}
