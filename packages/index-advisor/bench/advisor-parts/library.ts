import { seededRandom } from '@tenfold/measure'
import type { Database } from 'better-sqlite3'
import { openBook, type Params, type Statement } from '../../src/statements.ts'

const words =
  'retrieval index vector query token chunk store page cache plan scan join tree batch thread model score rank text note'.split(
    ' ',
  )

/** Documents with 200,000 passages of 800 bytes: types from 45 % of the rows down to 0.2 %, one in twenty deleted. */
export function fillLibrary(db: Database, rows: number): void {
  db.pragma('journal_mode = WAL')
  db.exec(`
    CREATE TABLE docs (id INTEGER PRIMARY KEY, ext_id TEXT NOT NULL UNIQUE, tenant INTEGER NOT NULL, source INTEGER NOT NULL, meta TEXT NOT NULL);
    CREATE TABLE chunks (id INTEGER PRIMARY KEY, doc_id INTEGER NOT NULL REFERENCES docs (id), ord INTEGER NOT NULL, type TEXT NOT NULL,
      created_at INTEGER NOT NULL, deleted INTEGER NOT NULL, hash TEXT NOT NULL, text TEXT NOT NULL);`)
  const random = seededRandom(11)
  const docs = Math.round(rows / 10)
  const shares: [string, number][] = [
    ['code', 0.45],
    ['text', 0.75],
    ['table', 0.9],
    ['list', 0.98],
    ['figure', 0.998],
    ['note', 1],
  ]
  const typeOf = (draw: number) => shares.find(([, upTo]) => draw < upTo)![0]
  const doc = db.prepare('INSERT INTO docs VALUES (?, ?, ?, ?, ?)')
  const chunk = db.prepare('INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)')
  db.transaction(() => {
    for (let id = 1; id <= docs; id++)
      doc.run(
        id,
        `doc-${id}`,
        Math.floor(random() * 50),
        Math.floor(random() * 8),
        JSON.stringify({ lang: `l${Math.floor(random() * 60)}` }),
      )
    for (let id = 1; id <= rows; id++) {
      const text = Array.from({ length: 130 }, () => words[Math.floor(random() * words.length)])
        .join(' ')
        .slice(0, 800)
      // a prime step: no time comes twice, so that sorting by it has one answer
      chunk.run(
        id,
        1 + Math.floor(random() * docs),
        id % 10,
        typeOf(random()),
        (id * 104_729) % 15_485_863,
        Number(random() < 0.05),
        `h${Math.floor(random() * 1e9)}`,
        text,
      )
    }
  })()
}

export function libraryWorkload(db: Database, rows: number): Statement[] {
  const random = seededRandom(5)
  const docs = Math.round(rows / 10)
  const whole = (below: number) => Math.floor(random() * below)
  const hashes = db
    .prepare('SELECT hash FROM chunks WHERE id % ? = 1 LIMIT 16')
    .pluck()
    .all(Math.floor(rows / 20)) as string[]
  const types = ['code', 'text', 'table', 'figure', 'note']
  const parts: [sql: string, calls: number, draw: () => Params][] = [
    ['SELECT id, text FROM chunks WHERE doc_id = ? ORDER BY ord, id', 1000, () => [1 + whole(docs)]],
    [
      'SELECT id, doc_id FROM chunks WHERE type = ? AND deleted = 0 ORDER BY created_at DESC LIMIT 50',
      500,
      () => [types[whole(5)]],
    ],
    [
      'SELECT c.id, c.ord FROM docs d JOIN chunks c ON c.doc_id = d.id WHERE d.tenant = ? AND d.source = ? AND c.deleted = 0 ORDER BY c.id',
      200,
      () => [whole(50), whole(8)],
    ],
    [
      'SELECT count(*) FROM chunks WHERE type = ? AND created_at > ?',
      100,
      () => [types[whole(5)], 14_000_000 + whole(1_000_000)],
    ],
    ['SELECT id FROM chunks WHERE hash = ? ORDER BY id', 300, () => [hashes[whole(hashes.length)]]],
    ["SELECT id FROM docs WHERE json_extract(meta, '$.lang') = ? ORDER BY id", 50, () => [`l${whole(60)}`]],
    ['SELECT id, meta FROM docs WHERE ext_id = ?', 1000, () => [`doc-${1 + whole(docs)}`]],
    ['SELECT text FROM chunks WHERE id = ?', 2000, () => [1 + whole(rows)]],
    ['INSERT INTO chunks VALUES (?, ?, ?, ?, ?, ?, ?, ?)', 1000, () => [null, 1, 1, 'code', 1, 0, 'h', 'text']],
  ]
  const book = openBook(9)
  for (const [sql, calls, draw] of parts)
    for (let i = 0; i < 32; i++) book.add({ sql, params: draw(), us: null, calls: calls / 32, rows: 0 })
  return book.statements()
}

/** What a careful developer writes down before there is a workload: foreign keys, and the columns the screens filter by. */
export const carefulIndexes = [
  { name: 'careful_doc', ddl: 'CREATE INDEX careful_doc ON chunks (doc_id)' },
  { name: 'careful_type', ddl: 'CREATE INDEX careful_type ON chunks (type)' },
  { name: 'careful_tenant', ddl: 'CREATE INDEX careful_tenant ON docs (tenant, source)' },
]

const filtered = { chunks: ['doc_id', 'ord', 'type', 'created_at', 'deleted', 'hash'], docs: ['tenant', 'source'] }

/** One index for each column that a statement filters or sorts by. */
export const classicIndexes = Object.entries(filtered).flatMap(([table, columns]) =>
  columns.map((column) => ({
    name: `classic_${table}_${column}`,
    ddl: `CREATE INDEX classic_${table}_${column} ON ${table} (${column})`,
  })),
)
