import { PipelineError, type StoreIdentity } from '@tenfold/contracts'
import type { Connection } from './connection.ts'

/** Raised with every change of the tables below. */
const schemaVersion = 1

// Vectors have their own table, so that reading text does not page them in. AUTOINCREMENT: the id of a removed chunk
// never comes back, so a cached id cannot name another text. The full text has its content in the view, not twice.
const tables = `
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE docs (
  id INTEGER PRIMARY KEY, ext_id TEXT NOT NULL UNIQUE, title TEXT NOT NULL, collection TEXT NOT NULL,
  hash TEXT NOT NULL, updated_at INTEGER NOT NULL
);
CREATE TABLE chunks (
  id INTEGER PRIMARY KEY AUTOINCREMENT, doc_id INTEGER NOT NULL REFERENCES docs (id), ord INTEGER NOT NULL,
  text TEXT NOT NULL, hash TEXT NOT NULL
);
CREATE INDEX chunks_doc ON chunks (doc_id, ord);
CREATE TABLE vectors (chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id), data BLOB NOT NULL);
CREATE VIEW chunk_texts AS SELECT c.id, c.doc_id, d.title, c.text FROM chunks c JOIN docs d ON d.id = c.doc_id;
CREATE VIRTUAL TABLE chunk_fts USING fts5 (
  title, text, content = 'chunk_texts', content_rowid = 'id', tokenize = 'porter unicode61'
);
`

// A file in its first state has a row here for every chunk, which is found by it until all chunks have their vector; data is null where
// words alone find it. Later than the tables above, and empty in most files: no other schema.
const firstState = `CREATE TABLE IF NOT EXISTS first_vectors (
  chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id), data BLOB
)`
// Made in files of any age: it serves a look-up and changes no meaning.
const hashIndex = 'CREATE INDEX IF NOT EXISTS chunks_hash ON chunks (hash)'

/** Makes the tables of a new file; compares the identity of an old one. Throws INDEX_MISMATCH. */
export function prepareSchema(db: Connection, path: string, identity: StoreIdentity): void {
  const wanted = { schema: String(schemaVersion), ...stringify(identity) }
  const create = db.transaction(() => {
    const present = db.prepare(`SELECT count(*) FROM sqlite_schema WHERE name = 'meta'`).pluck().get()
    if (!present) {
      db.exec(tables)
      for (const [key, value] of Object.entries(wanted)) writeMeta(db, key, value)
    }
    db.exec(firstState)
    db.exec(hashIndex)
  })
  create.immediate()
  for (const [key, value] of Object.entries(wanted)) {
    const actual = readMeta(db, key)
    if (actual === value) continue
    const hint = 'ingest again into a new index, or go back to the settings it was made with'
    throw new PipelineError('INDEX_MISMATCH', `${path} was made with ${key} ${actual}, not ${value}`, hint)
  }
}

export function readMeta(db: Connection, key: string): string | undefined {
  return db.prepare('SELECT value FROM meta WHERE key = ?').pluck().get(key) as string | undefined
}

export function writeMeta(db: Connection, key: string, value: string): void {
  db.prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT DO UPDATE SET value = excluded.value').run(key, value)
}

function stringify({ modelSha256, dims, chunker }: StoreIdentity): Record<string, string> {
  return { modelSha256, dims: String(dims), chunker }
}
