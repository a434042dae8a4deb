import path from 'node:path'
import { median, seededRandom } from '@tenfold/measure'
import type Database from 'better-sqlite3'
import { openConnection } from '../../src/connection.ts'
import { type Row, rounded } from './row.ts'

interface Seed {
  name: string
  ddl: string
  sql: string
  /** Values of a question. */
  params(random: () => number): unknown[]
}

const pick = (random: () => number, count: number) => Math.floor(random() ** 2 * count)
const seeds: Seed[] = [
  {
    name: 'S2-28 chunks(doc_id)',
    ddl: 'CREATE INDEX seed ON chunks (doc_id)',
    sql: 'SELECT id, text FROM chunks WHERE doc_id = ? ORDER BY ord',
    params: (random) => [1 + Math.floor(random() * 5000)],
  },
  {
    name: 'S2-28 embeddings(chunk_id), a key already',
    ddl: 'CREATE INDEX seed ON embeddings (chunk_id)',
    sql: 'SELECT data FROM embeddings WHERE chunk_id = ?',
    params: (random) => [1 + Math.floor(random() * 50_000)],
  },
  {
    name: 'S3-28 (type, created_at ↓)',
    ddl: 'CREATE INDEX seed ON chunks (type, created_at DESC)',
    sql: 'SELECT id, text FROM chunks WHERE type = ? ORDER BY created_at DESC LIMIT 50',
    params: (random) => [`type${pick(random, 8)}`],
  },
  {
    name: 'S3-28 (project, freshness)',
    ddl: 'CREATE INDEX seed ON chunks (project, freshness)',
    sql: 'SELECT id, text FROM chunks WHERE project = ? AND freshness > ? ORDER BY freshness DESC LIMIT 50',
    params: (random) => [pick(random, 40), random()],
  },
  {
    name: 'S3-28 (intent, confidence ↓)',
    ddl: 'CREATE INDEX seed ON chunks (intent, confidence DESC)',
    sql: 'SELECT id, text FROM chunks WHERE intent = ? ORDER BY confidence DESC LIMIT 20',
    params: (random) => [pick(random, 12)],
  },
  {
    name: 'S3-28 partial, covering (id, content, type, created_at) where not stale',
    ddl: 'CREATE INDEX seed ON chunks (type, created_at, id, text) WHERE stale = 0',
    sql: 'SELECT id, text, type, created_at FROM chunks WHERE type = ? AND stale = 0 ORDER BY created_at DESC LIMIT 50',
    params: (random) => [`type${pick(random, 8)}`],
  },
  {
    name: 'the same, partial without the text',
    ddl: 'CREATE INDEX seed ON chunks (type, created_at DESC) WHERE stale = 0',
    sql: 'SELECT id, text, type, created_at FROM chunks WHERE type = ? AND stale = 0 ORDER BY created_at DESC LIMIT 50',
    params: (random) => [`type${pick(random, 8)}`],
  },
]

/** The indexes the requirements name, each on its own on a file of 50,000 passages, against the same file without. */
export function seedRows(folder: string): Row[] {
  const files = ['without', 'with'].map(
    (name) => openConnection(path.join(folder, `seed-${name}.db`), { mmapMib: 0, cacheKib: 16_000 }).db,
  )
  for (const db of files) fill(db)
  const rows = seeds.map((seed) => trial(files as [Database.Database, Database.Database], seed))
  for (const db of files) db.close()
  return rows
}

function trial([without, having]: [Database.Database, Database.Database], { name, ddl, sql, params }: Seed): Row {
  const insertBefore = insertUs(having)
  const pagesBefore = having.pragma('page_count', { simple: true }) as number
  having.exec(ddl)
  having.exec('ANALYZE')
  without.exec('ANALYZE')
  const megabytes = (((having.pragma('page_count', { simple: true }) as number) - pagesBefore) * 4096) / 1e6
  const insertAfter = insertUs(having)
  const random = seededRandom(3)
  const us: [number[], number[]] = [[], []]
  const arms = [without.prepare(sql), having.prepare(sql)] as const
  for (let n = 0; n < 60; n++) {
    const values = params(random)
    for (const at of (n % 2 ? [0, 1] : [1, 0]) as (0 | 1)[]) {
      const start = performance.now()
      arms[at].all(...values)
      us[at].push((performance.now() - start) * 1000)
    }
  }
  having.exec('DROP INDEX seed; VACUUM')
  const [before, after] = us.map((values) => median(values)) as [number, number]
  const isKept = after < 0.9 * before
  return {
    what: `index ${name}`,
    goal: '< 0.9 ×, else not kept',
    measured: rounded(after / before),
    interval: null,
    met: null,
    why: `${isKept ? 'wins' : 'does not win: not kept'}; question ${before.toFixed(0)} → ${after.toFixed(0)} µs, insert ${insertBefore.toFixed(1)} → ${insertAfter.toFixed(1)} µs a row, ${megabytes.toFixed(1)} MB`,
  }
}

/** µs a row of inserts that are undone again. */
function insertUs(db: Database.Database): number {
  const insert = db.prepare(
    'INSERT INTO chunks (doc_id, ord, type, project, intent, freshness, confidence, created_at, stale, text) VALUES (?, 0, ?, ?, ?, ?, ?, ?, 0, ?)',
  )
  const random = seededRandom(5)
  const start = performance.now()
  db.exec('BEGIN IMMEDIATE')
  for (let i = 0; i < 2000; i++)
    insert.run(
      Math.floor(random() * 5000),
      'type1',
      i % 40,
      i % 12,
      random(),
      random(),
      Math.floor(random() * 1e9),
      'new text '.repeat(80),
    )
  const us = ((performance.now() - start) * 1000) / 2000
  db.exec('ROLLBACK')
  return us
}

function fill(db: Database.Database): void {
  db.exec(`CREATE TABLE chunks (id INTEGER PRIMARY KEY, doc_id INTEGER, ord INTEGER, type TEXT, project INTEGER, intent INTEGER, freshness REAL,
      confidence REAL, created_at INTEGER, stale INTEGER, text TEXT);
    CREATE TABLE embeddings (chunk_id INTEGER PRIMARY KEY, data BLOB)`)
  const random = seededRandom(1)
  const chunk = db.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)')
  const vector = db.prepare('INSERT INTO embeddings VALUES (?, ?)')
  db.transaction(() => {
    for (let id = 1; id <= 50_000; id++) {
      const fields = [
        `type${pick(random, 8)}`,
        pick(random, 40),
        pick(random, 12),
        random(),
        random(),
        Math.floor(random() * 1e9),
      ]
      chunk.run(
        id,
        1 + Math.floor(random() * 5000),
        id % 10,
        ...fields,
        Number(random() < 0.1),
        'words of a passage '.repeat(40),
      )
      vector.run(id, Buffer.alloc(1536, id % 251))
    }
  })()
}
