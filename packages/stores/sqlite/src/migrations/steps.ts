/** One change of the tables, with its way back. Both run in the transaction that also notes them. */
export interface MigrationStep {
  /** The version of the schema after it. */
  version: number
  name: string
  up: string
  /** Gives the tables of the version before. */
  down: string
  /** A statement that gives 1 where the way back loses nothing. */
  losesNothing: string
}

// Vectors have their own table, so that reading text does not page them in. AUTOINCREMENT: the id of a removed chunk
// never comes back, so a cached id cannot name another text. The full text has its content in the view, not twice.
/** Version 1, which every file begins with. */
export const firstTables = `
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

/** Later versions, in order. A step that was ever released stays as it is. */
export const steps: readonly MigrationStep[] = [
  {
    version: 2,
    name: 'first state and look-up by hash',
    // A file in its first state has a row in first_vectors for every chunk, which is found by it until all chunks have their vector; data is
    // null where words alone find it. Files of version 1 that were opened late have both already.
    up: `
CREATE TABLE IF NOT EXISTS first_vectors (
  chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id), data BLOB
);
CREATE INDEX IF NOT EXISTS chunks_hash ON chunks (hash);
`,
    down: 'DROP INDEX chunks_hash; DROP TABLE first_vectors',
    losesNothing: 'SELECT NOT EXISTS (SELECT 1 FROM first_vectors)',
  },
  {
    version: 3,
    name: 'metadata of documents',
    // A row for each field of a document, so that any field is served by an index without one of its own. A value keeps its kind: numbers
    // come before texts, and texts before blobs, which is what a truth value is here, since SQLite has none and 1 is a number.
    up: `
CREATE TABLE doc_metadata (
  field TEXT NOT NULL, value NOT NULL, doc_id INTEGER NOT NULL REFERENCES docs (id), PRIMARY KEY (field, value, doc_id)
) WITHOUT ROWID;
CREATE INDEX doc_metadata_doc ON doc_metadata (doc_id, field);
`,
    down: 'DROP TABLE doc_metadata',
    losesNothing: 'SELECT NOT EXISTS (SELECT 1 FROM doc_metadata)',
  },
]
