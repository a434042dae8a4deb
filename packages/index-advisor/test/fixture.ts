import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { seededRandom } from '@tenfold/measure'
import Database from 'better-sqlite3'
import { onTestFinished } from 'vitest'
import { openBook, type Params, type Statement } from '../src/statements.ts'

export function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'tenfold-advisor-test-'))
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

export function open(file: string): Database.Database {
  const db = new Database(file)
  onTestFinished(() => void db.close())
  return db
}

/** Documents and their passages: skewed types, one passage in fifty deleted, times that never repeat. */
export function library(rows = 20_000, extra = ''): { file: string; db: Database.Database } {
  const file = join(scratch(), 'library.db')
  const db = open(file)
  db.pragma('journal_mode = WAL')
  db.exec(`
    CREATE TABLE docs (id INTEGER PRIMARY KEY, ext_id TEXT NOT NULL UNIQUE, tenant INTEGER NOT NULL, source INTEGER NOT NULL, meta TEXT NOT NULL);
    CREATE TABLE chunks (id INTEGER PRIMARY KEY, doc_id INTEGER NOT NULL REFERENCES docs (id), ord INTEGER NOT NULL, type TEXT NOT NULL,
      created_at INTEGER NOT NULL, deleted INTEGER NOT NULL, text TEXT NOT NULL);
    ${extra}`)
  const random = seededRandom(7)
  const types = ['code', 'code', 'code', 'text', 'text', 'table', 'note']
  db.transaction(() => {
    const doc = db.prepare('INSERT INTO docs VALUES (?, ?, ?, ?, ?)')
    const chunk = db.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?)')
    for (let id = 1; id <= rows / 10; id++)
      doc.run(id, `doc-${id}`, id % 40, id % 7, JSON.stringify({ lang: `l${id % 50}` }))
    for (let id = 1; id <= rows; id++) {
      const type = types[Math.floor(random() * types.length)]
      chunk.run(
        id,
        1 + Math.floor(random() * (rows / 10)),
        id % 10,
        type,
        (id * 7919) % 1_000_003,
        Number(id % 50 === 0),
        'word '.repeat(20),
      )
    }
  })()
  return { file, db }
}

/** A workload: SQL, how often, and the values of some calls. */
export function workload(...parts: [sql: string, calls: number, values: Params[]][]): Statement[] {
  const book = openBook()
  for (const [sql, calls, values] of parts)
    for (const params of values) book.add({ sql, params, us: null, calls: calls / values.length, rows: 0 })
  return book.statements()
}

export const numbers = (count: number, step = 1): number[][] => Array.from({ length: count }, (_, i) => [1 + i * step])
