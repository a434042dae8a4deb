import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openConnection } from '../src/connection.ts'
import { openReadWorkers } from '../src/read-workers/pool.ts'
import { ReaderThread } from '../src/read-workers/thread.ts'
import { checkpoint } from '../src/wal/log.ts'
import { folder } from './fixture.ts'

const settings = { mmapMib: 0, cacheKib: 2000 }
/** About 50 ms of work. */
const slow =
  'WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 400000) SELECT count(*) AS n FROM n'

async function pool(workers = 2, maxWaiting = 10) {
  const path = join(folder(), 'index.db')
  const { db } = openConnection(path, settings)
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, data BLOB)')
  const insert = db.prepare('INSERT INTO t VALUES (?, ?)')
  for (let id = 1; id <= 100; id++) insert.run(id, Buffer.of(id, id))
  const readers = await openReadWorkers({ path, ...settings, workers, maxWaiting })
  onTestFinished(async () => {
    await readers.close()
    db.close()
  })
  return { db, path, readers }
}

describe('read workers', () => {
  it('answer as the connection does, see what was committed, and cannot write', async () => {
    const { db, readers } = await pool()
    const sql = 'SELECT id, data FROM t WHERE id > ? ORDER BY id LIMIT ?'
    const found = (await readers.all(sql, 40, 3)) as { id: number; data: Uint8Array }[]
    expect(found.map(({ id, data }) => [id, ...data])).toEqual([
      [41, 41, 41],
      [42, 42, 42],
      [43, 43, 43],
    ])
    db.exec('DELETE FROM t WHERE id = 41')
    expect(await readers.all('SELECT count(*) AS n FROM t')).toEqual([{ n: 99 }])
    await expect(readers.all('DELETE FROM t RETURNING id')).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
    await expect(readers.all('SELECT 1 FROM nowhere')).rejects.toMatchObject({
      code: 'TARGET_FAILED',
      message: expect.stringContaining('nowhere'),
    })
    await expect(readers.all('SELECT ?', () => 1)).rejects.toThrow()
    expect(await readers.all('SELECT 1 AS one')).toEqual([{ one: 1 }])
  })

  it('S2-30 S3-35: leave the event loop free, and work beside one another', async () => {
    const { readers } = await pool()
    let turns = 0
    let isDone = false
    const answers = Promise.all([1, 2, 3].map(() => readers.all(slow))).then((all) => {
      isDone = true
      return all
    })
    while (!isDone) {
      await sleep(1)
      turns++
    }
    expect(await answers).toEqual(Array(3).fill([{ n: 400_000 }]))
    // a statement in this thread would leave it one turn each
    expect(turns).toBeGreaterThan(10)
  })

  it('refuse what would wait behind too many, and answer those that wait', async () => {
    const { readers } = await pool(1, 2)
    const taken = [readers.all(slow), readers.all('SELECT 1 AS one'), readers.all('SELECT 2 AS two')]
    await expect(readers.all('SELECT 3')).rejects.toMatchObject({ code: 'TARGET_FAILED', hint: expect.any(String) })
    expect(readers.waiting).toBe(2)
    expect((await Promise.all(taken)).slice(1)).toEqual([[{ one: 1 }], [{ two: 2 }]])
    expect(readers.waiting).toBe(0)
  })

  it('read a batch only when it is asked for; left early, they let go of their state of the file', async () => {
    const { db, readers } = await pool(1)
    const seen: number[] = []
    for await (const rows of readers.batches('SELECT id FROM t ORDER BY id', [], 7)) {
      seen.push(rows.length)
      if (seen.length === 3) break
      db.exec('UPDATE t SET data = NULL')
      const { log, checkpointed } = checkpoint(db, 'PASSIVE')
      expect(checkpointed).toBeLessThan(log)
    }
    expect(seen).toEqual([7, 7, 7])
    const { busy, log } = checkpoint(db, 'TRUNCATE')
    expect({ busy, log }).toEqual({ busy: 0, log: 0 })
    expect(await readers.all('SELECT count(*) AS n FROM t WHERE data IS NULL')).toEqual([{ n: 100 }])
  })

  it('close after what runs, refuse what waits and what comes', async () => {
    const { readers } = await pool(1)
    const running = readers.all(slow)
    const waiting = expect(readers.all('SELECT 1')).rejects.toThrow('are closed')
    await sleep(5)
    await readers.close()
    expect(await running).toEqual([{ n: 400_000 }])
    await waiting
    await expect(readers.all('SELECT 1')).rejects.toMatchObject({ code: 'TARGET_FAILED' })
    await readers.close()
  })

  it('a lost thread fails its question only', async () => {
    const { path } = await pool()
    const thread = new ReaderThread({ path, ...settings })
    const worker = await thread.start()
    const lost = expect(thread.ask({ sql: slow, params: [], batchRows: 1 })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('takes its place'),
    })
    await worker.terminate()
    await lost
    expect(await thread.ask({ sql: 'SELECT 1 AS one', params: [], batchRows: 5 })).toEqual({
      rows: [{ one: 1 }],
      done: true,
    })
    await thread.close()
  })

  it('a file that is not there is said at once', async () => {
    const path = join(folder(), 'none.db')
    await expect(openReadWorkers({ path, ...settings, workers: 1, maxWaiting: 1 })).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      message: expect.stringContaining('none.db'),
    })
  })
})
