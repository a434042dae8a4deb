import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  type Advice,
  advise,
  applyAdvice,
  type JournalEntry,
  openDatabase,
  readJournal,
  type Statement,
  schemaDump,
  undoAdvice,
  verifyApplied,
} from '../src/index.ts'
import { heldDown } from '../src/journal.ts'
import { library, numbers, open, scratch, workload } from './fixture.ts'

const ofDoc = 'SELECT id FROM chunks WHERE doc_id = ? ORDER BY ord, id'
const rowsOf = (db: ReturnType<typeof open>, table: string): unknown[] => {
  const exists = db.prepare('SELECT 1 FROM sqlite_schema WHERE name = ?').get(table)
  return exists ? db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).raw().all() : ['no such table']
}
const stateOf = (db: ReturnType<typeof open>) => ({
  schema: schemaDump(db),
  stat1: rowsOf(db, 'sqlite_stat1'),
  stat4: rowsOf(db, 'sqlite_stat4'),
  sound: db.pragma('integrity_check', { simple: true }),
})

describe('applyAdvice and undoAdvice', () => {
  it.each([
    ['with', 'ANALYZE'],
    ['without', ''],
  ])('give schema and statistics back byte for byte, %s statistics', (_, statistics) => {
    const { db } = library(
      4000,
      'CREATE INDEX front ON chunks (type); CREATE INDEX whole ON chunks (type, created_at);',
    )
    db.exec(statistics)
    const before = stateOf(db)
    const advice = advise(db, workload([ofDoc, 1000, numbers(5)]))
    expect(advice.add).not.toEqual([])
    expect(advice.drop).toMatchObject([{ name: 'front' }])
    const entry = applyAdvice(db, advice)
    expect(entry.ddl).toEqual(['DROP INDEX "front"', ...advice.add.map(({ ddl }) => ddl)])
    expect(stateOf(db).schema).not.toBe(before.schema)
    expect(readJournal(db)).toEqual([entry])
    undoAdvice(db)
    expect(stateOf(db)).toEqual(before)
    expect(readJournal(db)).toEqual([])
  })

  it('a change after a change is taken back alone', () => {
    const { db } = library(3000)
    applyAdvice(db, advise(db, workload([ofDoc, 1000, numbers(5)])))
    const between = stateOf(db)
    const second = advise(
      db,
      workload([
        'SELECT id FROM docs WHERE tenant = ? AND source = ? ORDER BY id',
        1000,
        [
          [3, 3],
          [4, 4],
        ],
      ]),
    )
    expect(second.add).not.toEqual([])
    applyAdvice(db, second)
    undoAdvice(db)
    expect(stateOf(db)).toEqual(between)
  })

  it('whatever the names of tables and columns', () => {
    const name = fc
      .stringMatching(/^[a-z"' .é;\][-]{1,8}$/)
      .filter((text) => text.trim() !== '' && !/^sqlite_/i.test(text))
    fc.assert(
      fc.property(
        name,
        fc.uniqueArray(name, { minLength: 2, maxLength: 3, selector: (text) => text.toLowerCase() }),
        (table, columns) => {
          const db = open(':memory:')
          const quote = (text: string) => `"${text.replaceAll('"', '""')}"`
          db.exec(`CREATE TABLE ${quote(table)} (${columns.map((column) => `${quote(column)} INTEGER`).join(', ')})`)
          const before = stateOf(db)
          const ddl = `CREATE INDEX "made" ON ${quote(table)} (${columns.map(quote).join(', ')})`
          applyAdvice(db, planted(db, ddl))
          expect(stateOf(db).schema).not.toBe(before.schema)
          undoAdvice(db)
          expect(stateOf(db)).toEqual(before)
        },
      ),
      { numRuns: 60 },
    )
  })

  it('refuses a schema that is not the measured one, and plans that are not the proven ones', () => {
    const { db } = library(3000)
    const advice = advise(db, workload([ofDoc, 1000, numbers(5)]))
    db.exec('CREATE TABLE later (a)')
    const changed = stateOf(db)
    expect(() => applyAdvice(db, advice)).toThrow(/schema of .* has changed since/)
    db.exec('DROP TABLE later')
    const otherPlan = {
      ...advice,
      statements: advice.statements.map((each) => ({ ...each, planAfter: ['SCAN nothing'] })),
    }
    expect(() => applyAdvice(db, otherPlan)).toThrow(/not the measured "SCAN nothing"/)
    db.exec('CREATE TABLE later (a)')
    expect(stateOf(db)).toEqual(changed)
  })

  it('nothing to apply, nothing to take back: both say so', () => {
    const { db } = library(100)
    expect(() => undoAdvice(db)).toThrow(/nothing was applied/)
    expect(() => applyAdvice(db, { ...planted(db, 'CREATE INDEX x ON docs (tenant)'), add: [] })).toThrow(/no change/)
  })

  it('a handle that may only read says what to do', () => {
    const { file, db } = library(100)
    const advice = planted(db, 'CREATE INDEX x ON docs (tenant)')
    const reading = openDatabase(file, { readonly: true })
    expect(() => applyAdvice(reading, advice)).toThrow(
      expect.objectContaining({ code: 'TARGET_FAILED', hint: expect.stringContaining('writable') }),
    )
    reading.close()
  })
})

describe('a process killed while it applies', () => {
  it('leaves the database as before or as after', { timeout: 120_000 }, async () => {
    const { file, db } = library(30_000)
    const before = stateOf(db)
    const advice = planted(db, 'CREATE INDEX "made" ON "chunks" ("doc_id", "text")')
    db.pragma('wal_checkpoint(TRUNCATE)')
    db.close()
    const folder = scratch()
    writeFileSync(join(folder, 'advice.json'), JSON.stringify(advice))
    const seen = new Set<string>()
    const killAfterMs = async (ms: number | null) => {
      const copy = join(folder, `killed-${ms}.db`)
      copyFileSync(file, copy)
      const script = join(import.meta.dirname, 'killed-apply.mjs')
      const child = spawn(process.execPath, [script, copy, join(folder, 'advice.json')], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      await once(child.stdout, 'data')
      const start = performance.now()
      const ended = once(child, 'close')
      if (ms !== null) setTimeout(() => child.kill('SIGKILL'), ms)
      await ended
      const took = performance.now() - start
      const left = open(copy)
      const state = stateOf(left)
      expect(state.sound).toBe('ok')
      const isApplied = state.schema !== before.schema
      seen.add(isApplied ? 'after' : 'before')
      if (isApplied) {
        expect(readJournal(left)).toHaveLength(1)
        undoAdvice(left)
      }
      expect(stateOf(left)).toEqual(before)
      return took
    }
    const wholeMs = await killAfterMs(null)
    for (let i = 0; i < 8; i++) await killAfterMs((wholeMs * i) / 8)
    expect([...seen].sort()).toEqual(['after', 'before'])
  })
})

describe('verifyApplied', () => {
  const applied = (timesUs: number[]) => {
    const { db } = library(3000)
    const before = stateOf(db)
    const statements = workload([ofDoc, 1000, numbers(5)]).map((each): Statement => ({ ...each, timesUs }))
    applyAdvice(db, advise(db, statements))
    const after = (us: (i: number) => number, calls = 300) => [
      { ...statements[0]!, calls, timesUs: Array.from({ length: 100 }, (_, i) => us(i)) },
    ]
    return { db, before, after }
  }
  const times = Array.from({ length: 100 }, (_, i) => 1000 + i)

  it('takes a regression back, with the schema of before', () => {
    const { db, before, after } = applied(times)
    expect(
      verifyApplied(
        db,
        after((i) => 1300 + i, 100),
      ),
    ).toMatchObject({ undone: false, statements: [{ verdict: 'waiting' }] })
    expect(
      verifyApplied(
        db,
        after((i) => 1300 + i),
      ),
    ).toMatchObject({ undone: true, statements: [{ verdict: 'regressed' }] })
    expect(stateOf(db)).toEqual(before)
    expect(
      verifyApplied(
        db,
        after((i) => 1300 + i),
      ),
    ).toEqual({ undone: false, statements: [] })
  })

  it('holds down for 24 hours what it took back: not advised, not applied; then it may be tried again', () => {
    const { db, after } = applied(times)
    const [{ ddl }] = readJournal(db) as [JournalEntry]
    verifyApplied(
      db,
      after((i) => 1300 + i),
    )
    const again = advise(db, workload([ofDoc, 1000, numbers(5)]))
    expect(again.add.map((each) => each.ddl)).not.toContain(ddl[0])
    expect(again.warnings).toEqual([expect.stringMatching(/made a statement slower .* not tried before/)])
    expect(() => applyAdvice(db, planted(db, ddl[0]!))).toThrow(/is held until/)
    const [until] = heldDown(db).values()
    const left = Date.parse(until!) - Date.now()
    expect(left).toBeGreaterThan(23.9 * 3_600_000)
    expect(left).toBeLessThanOrEqual(24 * 3_600_000)
    expect(heldDown(db, Date.parse(until!) + 1).size).toBe(0)
    // what is undone by hand is not held
    applyAdvice(db, planted(db, 'CREATE INDEX "other" ON "docs" ("tenant")'))
    undoAdvice(db)
    expect(heldDown(db).size).toBe(ddl.length)
  })

  it('keeps what is faster, or slower by little or by chance', () => {
    const { db, after } = applied(times)
    expect(
      verifyApplied(
        db,
        after((i) => 100 + i),
      ).statements[0],
    ).toMatchObject({ verdict: 'faster' })
    expect(
      verifyApplied(
        db,
        after((i) => 1050 + i),
      ).statements[0],
    ).toMatchObject({ verdict: 'unchanged' })
    expect(
      verifyApplied(
        db,
        after((i) => 1000 + ((i * 37) % 100)),
      ).statements[0],
    ).toMatchObject({ verdict: 'unchanged' })
    expect(readJournal(db)).toHaveLength(1)
    // three calls from before are too few to tell
    const few = applied([1000, 1050, 3000])
    expect(
      verifyApplied(
        few.db,
        few.after((i) => (i % 5 < 3 ? 1300 : 500)),
      ).statements[0],
    ).toMatchObject({ verdict: 'unchanged', ratio: expect.closeTo(1300 / 1050, 6) })
  })

  it('without times from before it does not know', () => {
    const { db, after } = applied([])
    expect(
      verifyApplied(
        db,
        after(() => 1e6),
      ),
    ).toMatchObject({ undone: false, statements: [{ verdict: 'unknown' }] })
  })
})

/** Advice nobody measured, to see it applied. */
function planted(db: ReturnType<typeof open>, ddl: string): Advice {
  const advice = advise(db, [])
  return {
    ...advice,
    add: [
      {
        name: /"(\w+)"|INDEX (\w+)/.exec(ddl)!.slice(1).find(Boolean)!,
        table: '',
        ddl,
        bytes: 0,
        buildMs: 0,
        insertUs: null,
      },
    ],
  }
}
