import path from 'node:path'
import { setImmediate as turn } from 'node:timers/promises'
import { median, quantile } from '@tenfold/measure'
import { type Connection, openConnection } from '../../src/connection.ts'
import { openReadWorkers } from '../../src/read-workers/pool.ts'
import { type Row, ratioRow, rounded } from './row.ts'

const scan = 'SELECT total(length(text) * (id % 7)) AS sum FROM chunks'
const point = 'SELECT text FROM chunks WHERE id = ?'
const settings = { mmapMib: 0, cacheKib: 16_000 }

/** What a slow statement does to the event loop, in this thread and in a read thread; and what a point read costs in either. */
export async function threadRows(folder: string, rounds: number): Promise<Row[]> {
  const { db } = openConnection(path.join(folder, 'threads.db'), settings)
  fill(db)
  const readers = await openReadWorkers({ path: db.name, ...settings, workers: 1, maxWaiting: 1000 })
  const here = { all: async (sql: string, ...params: unknown[]) => db.prepare(sql).all(...params) }
  const gaps: number[] = []
  const points: number[] = []
  const scanMs: number[] = []
  for (let round = -1; round < rounds; round++) {
    const start = performance.now()
    const ownMs = await loopGap(() => here.all(scan))
    const took = performance.now() - start
    const threadMs = await loopGap(() => readers.all(scan))
    const [own, thread] = [await pointUs(here), await pointUs(readers)]
    if (round < 0) continue
    scanMs.push(took)
    gaps.push(threadMs / ownMs)
    points.push(thread / own)
  }
  await readers.close()
  db.close()
  return [
    ratioRow(
      'S2-30, longest gap of the event loop beside a scan, in a read thread against in this thread',
      { most: 0.2 },
      gaps,
      `a scan of ${rounded(median(scanMs))} ms`,
    ),
    ratioRow(
      'time of a point read, through a read thread against in this thread',
      null,
      points,
      'why point reads stay in this thread',
    ),
  ]
}

function fill(db: Connection): void {
  db.exec('CREATE TABLE chunks (id INTEGER PRIMARY KEY, text TEXT)')
  const insert = db.prepare('INSERT INTO chunks (text) VALUES (?)')
  db.transaction(() => {
    for (let i = 0; i < 60_000; i++) insert.run(`passage ${i} `.repeat(60))
  })()
}

/** ms of the longest turn of the event loop while the work is done. */
async function loopGap(work: () => Promise<unknown>): Promise<number> {
  let isDone = false
  let last = performance.now()
  let longest = 0
  const done = work().then(() => (isDone = true))
  while (!isDone) {
    await turn()
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  await done
  return longest
}

async function pointUs({ all }: { all(sql: string, ...params: unknown[]): Promise<unknown[]> }): Promise<number> {
  const us: number[] = []
  for (let i = 0; i < 500; i++) {
    const start = performance.now()
    await all(point, 1 + ((i * 7919) % 60_000))
    us.push((performance.now() - start) * 1000)
  }
  return quantile(us, 0.5)
}
