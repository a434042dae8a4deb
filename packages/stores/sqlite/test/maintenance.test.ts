import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../src/index.ts'
import { segmentsOf } from '../src/maintenance/full-text.ts'
import { checkFile, performMaintenance } from '../src/maintenance/perform.ts'
import { type MaintenanceKind, maintenancePlan } from '../src/maintenance/plan.ts'
import { chunk, doc, folder, options } from './fixture.ts'

const words = (n: number) => Array.from({ length: 300 }, (_, i) => `w${(n * 7919 + i * 31) % 5000}`).join(' ')

/** A store of `docs` documents with a handle of its own on the same file. */
function stored(docs: number) {
  const path = join(folder(), 'index.db')
  const store = openStore({ ...options(path), analyze: 'full' })
  const write = (from: number, to: number) => {
    for (let n = from; n < to; n++) store.upsertDoc(doc(`d${n}`), [chunk(words(n)), chunk(words(n + 1))])
  }
  write(0, docs)
  store.refreshStatistics()
  const db = new Database(path)
  onTestFinished(() => {
    db.close()
    store.close()
  })
  return { path, store, db, write }
}
const worth = (db: Database.Database): MaintenanceKind[] =>
  maintenancePlan(db)
    .steps.filter(({ isWorth }) => isWorth)
    .map(({ kind }) => kind)
const stepsOf = (db: Database.Database, ...kinds: MaintenanceKind[]) =>
  maintenancePlan(db).steps.filter(({ kind }) => kinds.includes(kind))

describe('S2-29: maintenance asks first', () => {
  it('finds nothing worth doing in a file that is in order, and changes nothing by looking', () => {
    const { db } = stored(8)
    const before = db.pragma('data_version', { simple: true })
    expect(worth(db)).toEqual(['check'])
    expect(maintenancePlan(db).steps.map(({ kind, table }) => [kind, table])).toEqual([
      ['check', null],
      ['checkpoint', null],
      ['analyze', null],
      ['merge', 'chunk_fts'],
      ['vacuum', null],
    ])
    for (const { estimateMs, why } of maintenancePlan(db).steps) {
      expect(estimateMs).toBeGreaterThanOrEqual(0)
      expect(why).not.toBe('')
    }
    expect(db.pragma('data_version', { simple: true })).toBe(before)
  })

  it('VACUUM above 20 % of free pages, and not below', () => {
    const { db, store, path } = stored(60)
    const free = () =>
      (db.pragma('freelist_count', { simple: true }) as number) / (db.pragma('page_count', { simple: true }) as number)
    let removed = 0
    while (free() <= 0.2) {
      expect(worth(db)).not.toContain('vacuum')
      store.removeDoc(`d${removed++}`)
    }
    expect(worth(db)).toContain('vacuum')
    const before = store.readBack()
    performMaintenance(db, stepsOf(db, 'check', 'vacuum', 'check'))
    expect(free()).toBe(0)
    expect(worth(db)).not.toContain('vacuum')
    expect(store.readBack()).toEqual(before)
    expect(openStoreIds(path)).toHaveLength(60 - removed)
  })

  it('ANALYZE when a table has doubled, with the note of the store', () => {
    const { db, write, store } = stored(10)
    write(10, 19)
    expect(worth(db)).not.toContain('analyze')
    write(19, 20)
    expect(stepsOf(db, 'analyze')).toMatchObject([
      { isWorth: true, why: 'chunks has 40 rows, and had 20 when statistics were made' },
    ])
    performMaintenance(db, stepsOf(db, 'analyze'))
    expect(worth(db)).not.toContain('analyze')
    expect(store.refreshStatistics()).toBe(false)
  })

  it('merges full text above 10 segments', () => {
    const { db, write, store } = stored(10)
    db.exec(`INSERT INTO chunk_fts (chunk_fts, rank) VALUES ('automerge', 0), ('crisismerge', 100)`)
    let to = 10
    while (segmentsOf(db, 'chunk_fts') <= 10) write(to, ++to)
    const found = store.lexicalSearch('w31 w62', 10)
    expect(worth(db)).toContain('merge')
    performMaintenance(db, stepsOf(db, 'merge'))
    expect(segmentsOf(db, 'chunk_fts')).toBe(1)
    expect(store.lexicalSearch('w31 w62', 10)).toEqual(found)
    checkFile(db)
  })

  it('empties the log, and says who is in the way', () => {
    const { db, write } = stored(2)
    const reader = new Database(db.name, { readonly: true })
    const rows = reader.prepare('SELECT * FROM chunks').iterate()
    rows.next()
    write(2, 4)
    db.pragma('busy_timeout = 0')
    expect(() => performMaintenance(db, stepsOf(db, 'checkpoint'))).toThrow(
      expect.objectContaining({ code: 'TARGET_FAILED', hint: expect.stringContaining('read transaction') }),
    )
    rows.return?.()
    reader.close()
    expect(performMaintenance(db, stepsOf(db, 'checkpoint'))).toMatchObject([{ step: { kind: 'checkpoint' } }])
  })

  it('any SQLite file: names that need quotes, no statistics, no full text', () => {
    const db = new Database(join(folder(), 'any.db'))
    db.exec(`CREATE TABLE "a ""b" (x); CREATE INDEX "i i" ON "a ""b" (x); CREATE VIRTUAL TABLE "f ""f" USING FTS5 (t)`)
    expect(worth(db)).toEqual(['check'])
    performMaintenance(db, maintenancePlan(db).steps)
    for (let i = 0; i < 9; i++) db.exec(`INSERT INTO "a ""b" VALUES (${i})`)
    db.exec('ANALYZE; INSERT INTO "a ""b" SELECT x FROM "a ""b"')
    expect(worth(db)).toEqual(['check', 'analyze'])
    expect(performMaintenance(db, maintenancePlan(db).steps)).toHaveLength(5)
    expect(worth(db)).toEqual(['check'])
    db.close()
  })
})

describe('a damaged file', () => {
  it.each([
    ['full text that differs from its texts', `UPDATE chunks SET text = 'other' WHERE id = 1`, /full text chunk_fts/],
    [
      'a row that points to none',
      'PRAGMA foreign_keys = 0; DELETE FROM docs',
      /a row of chunks points to none of docs/,
    ],
    [
      'an index that is not that of its table',
      `PRAGMA writable_schema = 1; UPDATE sqlite_schema SET sql = 'CREATE INDEX chunks_doc ON chunks (ord, doc_id)' WHERE name = 'chunks_doc'`,
      /is damaged: row \d+ missing from index chunks_doc/,
    ],
  ])('%s: said by the check, and nothing further is done', (_, damage, message) => {
    const { path } = stored(3)
    const breaker = new Database(path)
    breaker.unsafeMode().exec(damage)
    breaker.close()
    const db = new Database(path)
    const done: string[] = []
    const perform = () => performMaintenance(db, stepsOf(db, 'check', 'vacuum'), ({ step }) => done.push(step.kind))
    expect(perform).toThrow(
      expect.objectContaining({ code: 'DATA_UNREADABLE', message: expect.stringMatching(message) }),
    )
    expect(done).toEqual([])
    db.close()
  })
})

function openStoreIds(path: string): string[] {
  const store = openStore(options(path))
  const ids = store.docIds()
  store.close()
  return ids
}
