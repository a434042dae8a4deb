import { createHash } from 'node:crypto'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import { openStore } from '../src/index.ts'
import { writeMeta } from '../src/meta.ts'
import { appliedSteps, migrateUp, schemaVersionOf, undoMigration } from '../src/migrations/migrate.ts'
import { firstTables, type MigrationStep, steps } from '../src/migrations/steps.ts'
import { schemaVersion } from '../src/schema.ts'
import { doc, folder, options } from './fixture.ts'

const schemaOf = (db: Database.Database): unknown[] =>
  db.prepare('SELECT type, name, tbl_name, sql FROM sqlite_schema ORDER BY type, name').all()
const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 12)

/** A file as version 1 wrote it: its tables, and a document with one chunk. */
function fileOfVersion1(): string {
  const path = join(folder(), 'index.db')
  const db = new Database(path)
  db.pragma('journal_mode = wal')
  db.exec(firstTables)
  const { modelSha256, dims, chunker } = options(path).identity
  for (const [key, value] of Object.entries({ schema: '1', modelSha256, dims: String(dims), chunker }))
    writeMeta(db, key, value)
  db.exec(`INSERT INTO docs VALUES (1, 'a', 'Title a', '', 'h-a', 0);
    INSERT INTO chunks VALUES (1, 1, 0, 'the cat sleeps', 'h-the cat sleeps');
    INSERT INTO chunk_fts (rowid, title, text) SELECT id, title, text FROM chunk_texts`)
  db.prepare('INSERT INTO vectors VALUES (1, ?)').run(Buffer.from(Float32Array.of(1, 0, 0).buffer))
  db.close()
  return path
}
const raw = (path: string): Database.Database => {
  const db = new Database(path)
  onTestFinished(() => void db.close())
  return db
}

describe('S3-29: files of a former version', () => {
  it('open, keep what is in them, and use what is new', () => {
    const path = fileOfVersion1()
    const before = schemaOf(raw(path))
    const store = openStore(options(path))
    expect(store.lexicalSearch('cat', 5).chunkIds).toEqual([1])
    expect(store.vectorsByHash(['h-the cat sleeps'])).toEqual(new Map([['h-the cat sleeps', Float32Array.of(1, 0, 0)]]))
    expect(store.plans().vectorsByHash!.join()).toContain('chunks_hash')
    expect(store.isStaged()).toBe(false)
    store.close()
    const db = raw(path)
    expect(appliedSteps(db)).toMatchObject([
      { version: 2, name: 'first state and look-up by hash' },
      { version: 3, name: 'metadata of documents' },
    ])
    expect(undoMigration(db)).toMatchObject({ version: 3 })
    expect(undoMigration(db)).toMatchObject({ version: 2 })
    expect(schemaOf(db)).toEqual(before)
    expect(schemaVersionOf(db)).toBe(1)
    expect(() => undoMigration(db)).toThrow(expect.objectContaining({ code: 'DATA_EMPTY' }))
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
  })

  it('have the tables of a new file afterwards', () => {
    const old = fileOfVersion1()
    const made = join(folder(), 'new.db')
    for (const path of [old, made]) openStore(options(path)).close()
    expect(schemaOf(raw(old))).toEqual(schemaOf(raw(made)))
  })

  it('that a refused identity does not change', () => {
    const path = fileOfVersion1()
    const before = schemaOf(raw(path))
    const { identity } = options(path)
    expect(() => openStore({ ...options(path), identity: { ...identity, dims: 4 } })).toThrow(/dims 3, not 4/)
    expect(schemaOf(raw(path))).toEqual(before)
  })

  it('of a later version are refused with the way back, which they bring along', () => {
    const path = fileOfVersion1()
    openStore(options(path)).close()
    const db = raw(path)
    const later: MigrationStep = {
      version: schemaVersion + 1,
      name: 'of a later build',
      up: 'CREATE TABLE later (a)',
      down: 'DROP TABLE later',
      losesNothing: 'SELECT 1',
    }
    migrateUp(db, [...steps, later])
    expect(() => openStore(options(path))).toThrow(
      expect.objectContaining({ code: 'INDEX_MISMATCH', hint: expect.stringContaining('maintain --undo') }),
    )
    undoMigration(db)
    openStore(options(path)).close()
  })

  it('do not go back where that would lose what waits for its vectors', () => {
    const path = fileOfVersion1()
    const store = openStore(options(path))
    store.removeDoc('a')
    store.stageDoc(doc('b'), [{ text: 'waits', hash: 'h' }])
    const db = raw(path)
    undoMigration(db)
    const before = schemaOf(db)
    expect(() => undoMigration(db)).toThrow(expect.objectContaining({ code: 'INDEX_MISMATCH' }))
    expect(schemaOf(db)).toEqual(before)
    store.fill(store.pendingChunks(0, 1).map(({ chunkId }) => ({ chunkId, vector: Float32Array.of(1, 0, 0) })))
    store.close()
    undoMigration(db)
    expect(schemaVersionOf(db)).toBe(1)
  })

  it('may be written to by another connection while one that is up to date is opened', () => {
    const path = fileOfVersion1()
    openStore(options(path)).close()
    const db = raw(path)
    db.exec('BEGIN IMMEDIATE')
    openStore(options(path)).close()
    db.exec('ROLLBACK')
  })
})

describe('steps', () => {
  it('that were released stay as they are: files have gone them', () => {
    expect([firstTables, ...steps.map(({ up, down }) => up + down)].map(hashOf)).toMatchInlineSnapshot(`
      [
        "4b25931ef0d3",
        "80dd454ca2c7",
        "156ae6514c22",
      ]
    `)
  })

  it('any number forth and back gives each version byte for byte, all steps or none', () => {
    const part = fc.constantFrom('table', 'index', 'column')
    fc.assert(
      fc.property(fc.array(part, { minLength: 1, maxLength: 6 }), fc.boolean(), (parts, breaks) => {
        const own = parts.map((kind, i): MigrationStep => step(kind, i))
        const db = new Database(':memory:')
        db.exec(`${firstTables}; INSERT INTO meta VALUES ('schema', '1')`)
        const seen = [schemaOf(db)]
        for (const at of own.keys()) {
          db.transaction(() => migrateUp(db, own.slice(0, at + 1)))()
          seen.push(schemaOf(db))
        }
        if (breaks) {
          const broken = { ...step('table', own.length), up: 'CREATE TABLE half (a); CREATE TABLE half (a)' }
          const going = db.transaction(() => migrateUp(db, [...own, step('index', own.length), broken]))
          expect(going).toThrow('half')
          expect(schemaOf(db)).toEqual(seen.at(-1))
        }
        for (const before of seen.slice(0, -1).reverse()) {
          undoMigration(db)
          expect(schemaOf(db)).toEqual(before)
        }
        expect(schemaVersionOf(db)).toBe(1)
        db.close()
      }),
      { numRuns: 30 },
    )
  })
})

function step(kind: string, i: number): MigrationStep {
  const [up, down] = {
    table: [`CREATE TABLE t${i} (a)`, `DROP TABLE t${i}`],
    index: [`CREATE INDEX i${i} ON docs (title, ${'hash,'.repeat(i % 3)} collection)`, `DROP INDEX i${i}`],
    column: [`ALTER TABLE docs ADD COLUMN c${i} TEXT`, `ALTER TABLE docs DROP COLUMN c${i}`],
  }[kind] as [string, string]
  return { version: i + 2, name: `${kind} ${i}`, up, down, losesNothing: 'SELECT 1' }
}
