import path from 'node:path'
import { median } from '@tenfold/measure'
import Database from 'better-sqlite3'
import { openConnection } from '../../src/connection.ts'
import { openCheckpointer } from '../../src/wal/checkpointer.ts'
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

/** Rows a second: batches in WAL, its log moved by a thread, against a commit for each row in WAL, and in SQLite's default mode. */
export async function ingestRows(folder: string, rounds: number): Promise<Row[]> {
  const wal = (name: string) => openConnection(path.join(folder, name), { mmapMib: 0, cacheKib: 16_000 }).db
  const ways: Way[] = [
    { name: 'batches', db: wal('batches.db'), rows: 10_000, rowsPerCommit: 1000 },
    { name: 'own', db: wal('own.db'), rows: 10_000, rowsPerCommit: 1000 },
    { name: 'each', db: wal('each.db'), rows: 3000, rowsPerCommit: 1 },
    { name: 'default', db: new Database(path.join(folder, 'default.db')), rows: 300, rowsPerCommit: 1 },
  ]
  const us: Record<string, number[]> = {}
  for (const { db } of ways) db.exec(tables)
  const checkpointer = await openCheckpointer(ways[0]!.db)
  // one round warms up
  for (let round = -1; round < rounds; round++) {
    for (const way of round % 2 ? ways : ways.toReversed()) {
      const taken = await usPerRow(way, way.name === 'batches' ? checkpointer.room : undefined)
      if (round >= 0) (us[way.name] ??= []).push(taken)
    }
  }
  await checkpointer.close()
  for (const { db } of ways) db.close()
  const against = (name: string, ours = 'batches') => us[name]!.map((value, round) => value / us[ours]![round]!)
  const figures = `${Math.round(1e6 / median(us.batches!))} rows/s of 830 bytes with one index`
  return [
    ratioRow(
      'ingest, 1000 rows a transaction in WAL beside a checkpoint thread, against one row a transaction in WAL',
      { least: 4 },
      against('each'),
      `${figures}; a thread moves the log into the file, for which the writer would stop every second batch; both synchronous=NORMAL: whole after a crash of the process, last commits may be lost with the power`,
    ),
    ratioRow(
      'the same, the writer moving the log itself',
      null,
      against('each', 'own'),
      `${Math.round(1e6 / median(us.own!))} rows/s; as SQLite does it by default, after each 1000 pages`,
    ),
    ratioRow(
      'ingest, 1000 rows a transaction in WAL, against one row a transaction in the default mode',
      { least: 100 },
      against('default'),
      `default: rollback journal, synchronous=FULL, fsync at each commit (${Math.round(median(us.default!))} µs a row here: less where fsync is cheap, far more on a disk that really waits)`,
    ),
  ]
}

async function usPerRow({ db, rows, rowsPerCommit }: Way, room = async () => true): Promise<number> {
  const insert = db.prepare('INSERT INTO chunks (doc, text) VALUES (?, ?)')
  const batch = db.transaction((from: number) => {
    for (let i = 0; i < rowsPerCommit; i++) insert.run(((from + i) * 7919) % 10_007, text)
  })
  const start = performance.now()
  for (let from = 0; from < rows; from += rowsPerCommit) {
    if (rowsPerCommit > 1) await room()
    batch.immediate(from)
  }
  return ((performance.now() - start) * 1000) / rows
}
