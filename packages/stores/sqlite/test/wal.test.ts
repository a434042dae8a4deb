import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it, onTestFinished } from 'vitest'
import { type Connection, openConnection, openReader } from '../src/connection.ts'
import { readSetting } from '../src/settings.ts'
import { openCheckpointer } from '../src/wal/checkpointer.ts'
import { checkWal, type WalState, walBytes, watchWal } from '../src/wal/log.ts'
import { folder } from './fixture.ts'

const settings = { mmapMib: 0, cacheKib: 2000 }
const limitBytes = 2 ** 20

function writer(): Connection {
  const { db } = openConnection(join(folder(), 'index.db'), settings)
  onTestFinished(() => void db.close())
  db.exec('CREATE TABLE t (id INTEGER PRIMARY KEY, text TEXT)')
  return db
}
const write = (db: Connection, rows: number) => {
  const insert = db.prepare('INSERT INTO t (text) VALUES (?)')
  for (let i = 0; i < rows; i++) insert.run('x'.repeat(3000))
}
const until = async (is: () => boolean) => {
  for (let i = 0; i < 400 && !is(); i++) await sleep(10)
  expect(is()).toBe(true)
}

it('a long reader grows the log; the watch tells the limit and who holds it, and empties it when it may', async () => {
  const db = writer()
  const reader = openReader(db.name, settings)
  write(db, 1)
  const rows = reader.prepare('SELECT * FROM t').iterate()
  rows.next()
  write(db, 3000)
  const wait = readSetting(db, 'busy_timeout')
  expect(checkWal(db, { limitBytes })).toMatchObject({
    kind: 'held',
    by: 'reader',
    limitBytes,
    heldPages: expect.any(Number),
    hint: expect.stringContaining('read transaction'),
  })
  expect(walBytes(db.name)).toBeGreaterThan(limitBytes)

  const told: WalState[] = []
  const watch = watchWal(db, { limitBytes, everyMs: 5, onEvent: (state) => told.push(state) })
  onTestFinished(() => watch.stop())
  await until(() => told.length > 0)
  await sleep(50)
  // once, not at every look
  expect(told.map(({ kind }) => kind)).toEqual(['held'])
  write(db, 5000)
  await until(() => told.length > 1)
  expect(told[1]!.walBytes).toBeGreaterThanOrEqual(2 * told[0]!.walBytes)
  rows.return?.()
  await until(() => told.at(-1)!.kind === 'emptied')
  expect(walBytes(db.name)).toBe(0)
  expect(checkWal(db, { limitBytes })).toEqual({ kind: 'below', walBytes: 0, limitBytes })
  expect(readSetting(db, 'busy_timeout')).toBe(wait)
  expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(8001)
  reader.close()
})

it('a reader of the last state holds the log too; a transaction of its own is left alone', async () => {
  const db = writer()
  write(db, 500)
  const reader = openReader(db.name, settings)
  const rows = reader.prepare('SELECT * FROM t').iterate()
  rows.next()
  expect(checkWal(db, { limitBytes })).toMatchObject({ kind: 'held', by: 'reader', heldPages: 0 })
  rows.return?.()
  reader.close()
  db.exec('BEGIN IMMEDIATE')
  const told: WalState[] = []
  const watch = watchWal(db, { limitBytes, everyMs: 1, onEvent: (state) => told.push(state) })
  await sleep(30)
  expect(told).toEqual([])
  db.exec('COMMIT')
  await until(() => told.length === 1)
  watch.stop()
  expect(told[0]).toMatchObject({ kind: 'emptied', limitBytes })
})

it('S2-24: a thread checkpoints in place of the writer, keeps the log small, and gives the work back at its end', async () => {
  const db = writer()
  const told: { kind: string }[] = []
  const checkpointer = await openCheckpointer(db, { everyMs: 5, limitBytes, onEvent: (event) => told.push(event) })
  expect(readSetting(db, 'wal_autocheckpoint')).toBe(0)
  for (let i = 0; i < 20; i++) {
    write(db, 100)
    await sleep(5)
  }
  await until(() => walBytes(db.name) <= limitBytes)
  expect(told.map(({ kind }) => kind)).toContain('emptied')
  await checkpointer.close()
  expect(readSetting(db, 'wal_autocheckpoint')).toBe(1000)
  expect(told.map(({ kind }) => kind)).not.toContain('lost')
  expect(db.prepare('SELECT count(*) FROM t').pluck().get()).toBe(2000)
})

it('the thread tells once that a reader holds the log, and empties it when the reader has gone', async () => {
  const db = writer()
  const told: { kind: string }[] = []
  const checkpointer = await openCheckpointer(db, { everyMs: 5, limitBytes, onEvent: (event) => told.push(event) })
  const reader = openReader(db.name, settings)
  write(db, 1)
  const rows = reader.prepare('SELECT * FROM t').iterate()
  rows.next()
  write(db, 3000)
  await until(() => told.length > 0)
  await sleep(30)
  expect(told).toMatchObject([{ kind: 'held', by: 'reader' }])
  rows.return?.()
  await until(() => told.length > 1)
  expect(told[1]).toMatchObject({ kind: 'emptied' })
  reader.close()
  await checkpointer.close()
})

it('S3-35: a writer that asks for room keeps the log below its limit, however late the thread looks', async () => {
  const db = writer()
  const checkpointer = await openCheckpointer(db, { everyMs: 60_000, limitBytes })
  let highest = 0
  for (let i = 0; i < 40; i++) {
    expect(await checkpointer.room()).toBe(true)
    write(db, 20)
    highest = Math.max(highest, walBytes(db.name))
  }
  expect(highest).toBeLessThan(limitBytes)
  expect(highest).toBeGreaterThan(limitBytes / 2)
  await checkpointer.close()
})

it('room: a reader that holds the log is waited for until the time is used up, or the checkpointer is closed', async () => {
  const db = writer()
  const checkpointer = await openCheckpointer(db, { everyMs: 60_000, limitBytes })
  const reader = openReader(db.name, settings)
  write(db, 1)
  const rows = reader.prepare('SELECT * FROM t').iterate()
  rows.next()
  write(db, 500)
  expect(await checkpointer.room(100)).toBe(false)
  const waiting = checkpointer.room()
  rows.return?.()
  expect(await waiting).toBe(true)
  const again = reader.prepare('SELECT * FROM t').iterate()
  again.next()
  write(db, 500)
  const left = checkpointer.room()
  await checkpointer.close()
  expect(await left).toBe(false)
  again.return?.()
  reader.close()
})

it('without its file the thread does not begin, and the writer keeps its checkpoints', async () => {
  const { db } = openConnection(join(folder(), 'gone.db'), settings)
  const name = { get: (of: Connection, key: keyof Connection) => (key === 'name' ? '/no/such/file.db' : of[key]) }
  await expect(openCheckpointer(new Proxy(db, name))).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
  expect(readSetting(db, 'wal_autocheckpoint')).toBe(1000)
  db.close()
})
