import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openConnection, openReader } from '../src/connection.ts'
import { applySettings, readSetting } from '../src/settings.ts'
import { folder } from './fixture.ts'

const open = (path = join(folder(), 'any.db'), options: Database.Options = {}): Database.Database => {
  const db = new Database(path, options)
  onTestFinished(() => void db.close())
  return db
}
/** A file in WAL mode that has a table. */
const wal = () => {
  const db = open()
  db.pragma('journal_mode = wal')
  db.exec('CREATE TABLE t (a)')
  return db
}
const connected = (path: string, options = { mmapMib: 0, cacheKib: 16000 }) => {
  const opened = openConnection(path, options)
  onTestFinished(() => void opened.db.close())
  return opened
}

describe('S2-24 to S2-27: settings that SQLite silently does not take', () => {
  it('a misspelt name, a misspelt word, a number that is none', () => {
    const db = open()
    const before = readSetting(db, 'synchronous')
    expect(applySettings(db, { cashe_size: 1 })).toMatchObject([{ setting: 'cashe_size', actual: null }])
    // SQLite itself would take any word for a level and be less durable from then on
    expect(applySettings(db, { synchronous: 'banana' })).toMatchObject([
      { actual: before, hint: expect.stringContaining('off, normal') },
    ])
    expect(applySettings(db, { cache_size: 'many' })).toMatchObject([{ reason: 'no value of this setting' }])
    expect(applySettings(db, { cache_size: Number.NaN })).toHaveLength(1)
    expect(readSetting(db, 'synchronous')).toBe(before)
  })

  it('WAL in memory', () => {
    expect(applySettings(open(':memory:'), { journal_mode: 'wal' })).toMatchObject([
      { actual: 'memory', hint: expect.stringContaining('local disk') },
    ])
  })

  it('another page size in WAL mode, also with VACUUM', () => {
    const db = wal()
    expect(applySettings(db, { page_size: 8192 })).toMatchObject([
      { wanted: 8192, actual: 4096, hint: expect.stringContaining('leave WAL') },
    ])
    db.exec('VACUUM')
    expect(readSetting(db, 'page_size')).toBe(4096)
    expect(applySettings(db, { journal_mode: 'delete', page_size: 8192 })).toHaveLength(1)
    db.exec('VACUUM')
    expect(readSetting(db, 'page_size')).toBe(8192)
  })

  it('mapping 10 GiB', () => {
    expect(applySettings(open(), { mmap_size: 10 * 2 ** 30 })).toMatchObject([{ actual: 2_147_418_112 }])
  })

  it('auto_vacuum without VACUUM', () => {
    const db = open()
    db.exec('CREATE TABLE t (a)')
    expect(applySettings(db, { auto_vacuum: 'full' })).toMatchObject([
      { actual: 0, hint: expect.stringContaining('VACUUM') },
    ])
    db.exec('VACUUM')
    expect(applySettings(db, { auto_vacuum: 'full' })).toEqual([])
  })

  it.each([
    ['foreign_keys', 'off'],
    ['synchronous', 'extra'],
    ['journal_mode', 'delete'],
  ])('%s inside a transaction', (setting, value) => {
    const db = wal()
    const before = readSetting(db, setting)
    db.exec('BEGIN')
    expect(applySettings(db, { [setting]: value })).toMatchObject([{ actual: before, hint: 'commit first' }])
    db.exec('COMMIT')
    expect(applySettings(db, { [setting]: value })).toEqual([])
  })

  it('leaving WAL while another connection has the file open', () => {
    const db = wal()
    const other = open(db.name)
    other.prepare('SELECT * FROM t').all()
    expect(applySettings(db, { journal_mode: 'delete' })).toMatchObject([
      { actual: 'wal', reason: expect.stringContaining('locked'), hint: expect.stringContaining('close all others') },
    ])
    other.close()
    expect(applySettings(db, { journal_mode: 'delete' })).toEqual([])
  })

  it('a connection that may only read', () => {
    const db = open(wal().name, { readonly: true })
    expect(applySettings(db, { journal_mode: 'delete' })).toMatchObject([{ hint: 'open the file for writing' }])
  })
})

describe('connections', () => {
  it('have what was asked for, and again when opened again', () => {
    const path = join(folder(), 'index.db')
    for (let times = 0; times < 2; times++) {
      const { db, warnings } = openConnection(path, { mmapMib: 3, cacheKib: 5000 })
      const names = ['journal_mode', 'synchronous', 'foreign_keys', 'mmap_size', 'cache_size', 'page_size']
      expect(names.map((name) => readSetting(db, name))).toEqual(['wal', 1, 1, 3 * 2 ** 20, -5000, 4096])
      expect(warnings).toEqual([])
      db.exec('CREATE TABLE IF NOT EXISTS t (a)')
      db.close()
    }
  })

  it('warn of a file with other pages and use it; refuse what cannot be', () => {
    const path = join(folder(), 'pages.db')
    const made = open(path)
    made.exec('PRAGMA page_size = 16384; VACUUM; CREATE TABLE t (a)')
    expect(connected(path).warnings).toMatchObject([{ setting: 'page_size', wanted: 4096, actual: 16384 }])
    expect(() => connected(path, { mmapMib: 10_240, cacheKib: 16000 })).toThrow(
      expect.objectContaining({ code: 'ENGINE_UNAVAILABLE', hint: 'map below 2048 MiB' }),
    )
    expect(() => connected(':memory:')).toThrow(expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }))
  })

  it('of readers cannot write, and want a file in WAL mode', () => {
    const path = join(folder(), 'index.db')
    const options = { mmapMib: 0, cacheKib: 2000 }
    expect(() => openReader(path, options)).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
    const { db } = connected(path)
    db.exec('CREATE TABLE t (a)')
    const reader = openReader(path, options)
    expect(readSetting(reader, 'cache_size')).toBe(-2000)
    expect(() => reader.exec('INSERT INTO t VALUES (1)')).toThrow('readonly')
    reader.close()
    db.pragma('journal_mode = delete')
    expect(() => openReader(path, options)).toThrow(expect.objectContaining({ code: 'ENGINE_UNAVAILABLE' }))
  })
})
