import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { quantile } from '@tenfold/measure'
import { type Connection, openConnection } from '../../src/connection.ts'
import { openCheckpointer } from '../../src/wal/checkpointer.ts'
import { type Row, ratioRow } from './row.ts'

/** p99 of transactions: checkpoints in a thread of their own, against SQLite's in the writer. */
export async function checkpointRows(folder: string, rounds: number, transactions: number): Promise<Row[]> {
  const ratios: number[] = []
  const slowest = { own: 0, writer: 0 }
  const p99s = { own: [] as number[], writer: [] as number[] }
  for (let round = -1; round < rounds; round++) {
    for (const way of round % 2 ? (['own', 'writer'] as const) : (['writer', 'own'] as const)) {
      const { db } = openConnection(path.join(folder, `${way}-${round}.db`), { mmapMib: 0, cacheKib: 16_000 })
      const checkpointer = way === 'own' ? await openCheckpointer(db) : undefined
      const ms = await timed(db, transactions)
      await checkpointer?.close()
      db.close()
      if (round < 0) continue
      p99s[way].push(quantile(ms, 0.99))
      slowest[way] = Math.max(slowest[way], ...ms)
    }
    if (round >= 0) ratios.push(p99s.own.at(-1)! / p99s.writer.at(-1)!)
  }
  const figure = (way: 'own' | 'writer') =>
    `p99 ${Math.min(...p99s[way]).toFixed(2)} to ${Math.max(...p99s[way]).toFixed(2)} ms, slowest ${slowest[way].toFixed(0)} ms`
  return [
    ratioRow(
      'transaction p99, a checkpoint thread of its own against checkpoints by the writer',
      { most: 1 },
      ratios,
      `${transactions} transactions of 20 rows of 2 KB; own thread ${figure('own')}; writer ${figure('writer')}`,
    ),
  ]
}

async function timed(db: Connection, transactions: number): Promise<number[]> {
  db.exec('CREATE TABLE chunks (id INTEGER PRIMARY KEY, doc INTEGER, text TEXT)')
  const insert = db.prepare('INSERT INTO chunks (doc, text) VALUES (?, ?)')
  const text = 'x'.repeat(2000)
  const write = db.transaction(() => {
    for (let i = 0; i < 20; i++) insert.run(i, text)
  })
  const ms: number[] = []
  for (let i = 0; i < transactions; i++) {
    const start = performance.now()
    write.immediate()
    ms.push(performance.now() - start)
    if (i % 10 === 0) await turn()
  }
  return ms
}
