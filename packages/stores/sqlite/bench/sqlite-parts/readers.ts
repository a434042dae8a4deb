import { once } from 'node:events'
import path from 'node:path'
import { Worker } from 'node:worker_threads'
import { quantile } from '@tenfold/measure'
import Database from 'better-sqlite3'
import { type Row, ratioRow } from './row.ts'

const script = new URL('./busy-writer.mjs', import.meta.url)

/** p99 of reads beside a writer: WAL against the rollback journal, in turn. */
export async function readerRows(folder: string, rounds: number, roundMs: number): Promise<Row[]> {
  const ratios: number[] = []
  const busy = { wal: 0, delete: 0 }
  for (let round = 0; round < rounds; round++) {
    const modes = round % 2 ? (['wal', 'delete'] as const) : (['delete', 'wal'] as const)
    const p99: Record<string, number> = {}
    for (const mode of modes) {
      const { us, refused } = await readBeside(path.join(folder, `${mode}-${round}.db`), mode, roundMs)
      p99[mode] = quantile(us, 0.99)
      busy[mode] += refused
    }
    ratios.push(p99.wal! / p99.delete!)
  }
  const row = ratioRow(
    'reader p99 while another connection writes, WAL against the rollback journal',
    { most: 0.6 },
    ratios,
    `20 rows by an index, beside commits of 200 rows every 4 ms; ${busy.wal} reads refused as busy in WAL, ${busy.delete} in the journal mode (each waits up to 5 s)`,
  )
  return [{ ...row, met: row.met && busy.wal === 0 }]
}

async function readBeside(file: string, mode: string, ms: number): Promise<{ us: number[]; refused: number }> {
  const db = new Database(file)
  db.pragma(`journal_mode = ${mode}`)
  db.exec(
    'CREATE TABLE chunks (id INTEGER PRIMARY KEY, doc INTEGER, text TEXT); CREATE INDEX chunks_doc ON chunks (doc)',
  )
  const insert = db.prepare('INSERT INTO chunks (doc, text) VALUES (?, ?)')
  db.transaction(() => {
    for (let i = 0; i < 20_000; i++) insert.run(i % 1000, 'some words '.repeat(70))
  })()
  const writer = new Worker(script, { workerData: { path: file, pauseMs: 4, rows: 200 }, execArgv: [] })
  await once(writer, 'message')
  const read = db.prepare('SELECT id, text FROM chunks WHERE doc = ? ORDER BY id LIMIT 20')
  const us: number[] = []
  let refused = 0
  const end = performance.now() + ms
  for (let i = 0; performance.now() < end; i++) {
    const start = performance.now()
    try {
      read.all((i * 7919) % 1000)
    } catch (error) {
      if ((error as { code?: string }).code !== 'SQLITE_BUSY') throw error
      refused++
    }
    us.push((performance.now() - start) * 1000)
  }
  const ended = once(writer, 'exit')
  writer.postMessage('stop')
  await ended
  db.close()
  return { us, refused }
}
