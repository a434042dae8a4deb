import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { type Handle, readLog, wrapDatabase } from '../src/index.ts'
import { openBook } from '../src/statements.ts'
import { scratch } from './fixture.ts'

const openNative = (): Handle & { exec(sql: string): void } => {
  const { DatabaseSync } = createRequire(import.meta.url)('node:sqlite')
  return new DatabaseSync(':memory:')
}
/** Without a flag from Node 22.13 on; where it is not, its row says so and is skipped. */
const native = (() => {
  try {
    openNative()
    return it
  } catch {
    return it.skip
  }
})()

describe('wrapDatabase', () => {
  const title = 'counts calls and rows, keeps values, leaves results alone'
  it(`better-sqlite3: ${title}`, () => counts(new Database(':memory:')))
  native(`node:sqlite, Node 22.13 or later: ${title}`, () => counts(openNative()))

  function counts(db: Handle & { exec(sql: string): unknown }): void {
    db.exec('CREATE TABLE t (a INTEGER, b TEXT)')
    const capture = wrapDatabase(db)
    const insert = db.prepare('INSERT INTO t VALUES (?, ?)')
    for (let i = 0; i < 100; i++) insert.run(i, `b${i}`)
    expect(db.prepare('SELECT b FROM t WHERE a = ?').get(3)).toEqual({ b: 'b3' })
    expect(db.prepare('SELECT b FROM t WHERE a < :most').all({ most: 5 })).toHaveLength(5)
    expect([...db.prepare('SELECT b FROM t WHERE a < 7').iterate()]).toHaveLength(7)
    const found = Object.fromEntries(capture.statements().map((each) => [each.fingerprint, each]))
    expect(found['insert into t values (?)']).toMatchObject({ calls: 100, rows: 100 })
    expect(found['insert into t values (?)']!.bindings).toHaveLength(32)
    expect(found['select b from t where a = ?']).toMatchObject({ calls: 1, rows: 1, bindings: [{ params: [3] }] })
    expect(found['select b from t where a < ?']).toMatchObject({ calls: 2, rows: 12 })
    capture.stop()
    db.prepare('SELECT 1').get()
    insert.run(1, 'x')
    expect(
      capture
        .statements()
        .map(({ calls }) => calls)
        .sort(),
    ).toEqual([1, 100, 2])
    expect(Object.hasOwn(db, 'prepare')).toBe(false)
  }

  it('what it writes reads back: calls, times, bytes and large numbers', async () => {
    const db = new Database(':memory:')
    const capture = wrapDatabase(db)
    const statement = db.prepare('SELECT ?, ?, ?')
    for (let i = 0; i < 70; i++) statement.get(i, Buffer.from([0, 255]), 2n ** 60n)
    const file = join(scratch(), 'log.jsonl')
    capture.writeLog(file)
    const { statements, badLines } = await readLog(file)
    expect(badLines).toBe(0)
    expect(statements).toHaveLength(1)
    expect(statements[0]).toMatchObject({ calls: 70, rows: 64 })
    expect(statements[0]!.bindings[0]!.params).toEqual([expect.any(Number), Buffer.from([0, 255]), 2n ** 60n])
    expect(statements[0]!.totalUs).toBeGreaterThan(0)
    expect(existsSync(`${file}.partial`)).toBe(false)
  })

  it('a log that cannot be written leaves the old one', () => {
    const folder = scratch()
    const capture = wrapDatabase(new Database(':memory:'))
    expect(() => capture.writeLog(join(folder, 'missing/log.jsonl'))).toThrow(/cannot be written/)
  })
})

describe('openBook', () => {
  it('keeps an even sample of many executions', () => {
    const book = openBook(3)
    for (let i = 0; i < 10_000; i++) book.add({ sql: 'SELECT ?', params: [i], us: i, calls: 1, rows: 0 })
    const [{ bindings, timesUs, calls, maxUs }] = book.statements() as [ReturnType<typeof book.statements>[number]]
    expect({ calls, maxUs, kept: bindings.length, times: timesUs.length }).toEqual({
      calls: 10_000,
      maxUs: 9999,
      kept: 32,
      times: 256,
    })
    const middle = timesUs.reduce((sum, us) => sum + us, 0) / timesUs.length
    expect(middle).toBeGreaterThan(4000)
    expect(middle).toBeLessThan(6000)
  })

  it('forgets the statement unused for longest, and says so', () => {
    const book = openBook()
    for (let i = 0; i < 501; i++) {
      book.add({ sql: `SELECT c${i} FROM t`, params: [], us: 1, calls: 1, rows: 0 })
      book.add({ sql: 'SELECT c0 FROM t', params: [], us: 1, calls: 1, rows: 0 })
    }
    const kept = book.statements().map(({ fingerprint }) => fingerprint)
    expect(kept).toHaveLength(500)
    expect(kept).toContain('select c0 from t')
    expect(book.evicted).toBe(1)
  })
})

describe('readLog', () => {
  it('counts bad lines, tells the first, and reads the rest', async () => {
    const file = join(scratch(), 'log.jsonl')
    const lines = [
      '{"sql":"SELECT 1"}',
      '{"sql":',
      '',
      '{"calls":3}',
      '{"sql":"SELECT 1","calls":-1}',
      '{"sql":"SELECT 2","calls":4,"ms":2}',
      '[]',
    ]
    writeFileSync(file, lines.join('\n'))
    const { statements, ...counts } = await readLog(file)
    expect(counts).toMatchObject({ lines: 6, badLines: 4, firstBad: expect.stringMatching(/^line 2: /) })
    expect(statements).toMatchObject([{ fingerprint: 'select ?', calls: 5, totalUs: 10_000, maxUs: 2000 }])
    expect(readFileSync(file, 'utf8')).toBe(lines.join('\n'))
  })

  it.each([
    ['', /DATA_EMPTY|holds no statement in 0 lines/],
    ['nonsense\n', /holds no statement in 1 lines \(line 1: /],
  ])('%j is refused', async (content, message) => {
    const file = join(scratch(), 'log.jsonl')
    writeFileSync(file, content)
    await expect(readLog(file)).rejects.toThrow(message)
  })

  it('a log that is not there is told', async () => {
    await expect(readLog(join(scratch(), 'none.jsonl'))).rejects.toMatchObject({ code: 'DATA_UNREADABLE' })
  })
})
