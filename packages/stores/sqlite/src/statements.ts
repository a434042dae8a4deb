import type { Statement } from 'better-sqlite3'
import type { Connection } from './connection.ts'

// +rowid: as a plain rowid the filter would drive the plan, and FTS5 would evaluate the whole query for every chunk that
// is allowed (26 times slower on 1,157 chunks).
const allowed = 'AND +rowid IN (SELECT value FROM json_each(?))'
const lexical = (order: string, filter: string) =>
  `SELECT rowid AS id, ${order} AS score FROM chunk_fts WHERE chunk_fts MATCH ? ${filter} ORDER BY ${order} LIMIT ?`

/** Every statement that runs more than once in the life of a store. */
const sql = {
  // Two statements: plucking one column is a state of a reused statement.
  docKey: 'SELECT id FROM docs WHERE ext_id = ?',
  docHash: 'SELECT hash FROM docs WHERE ext_id = ?',
  docIds: 'SELECT ext_id FROM docs ORDER BY ext_id',
  docChunks: `SELECT c.hash, v.data FROM docs d JOIN chunks c ON c.doc_id = d.id JOIN vectors v ON v.chunk_id = c.id
    WHERE d.ext_id = ? ORDER BY c.ord`,
  // The look-up inside: as a join the planner may scan the vectors instead.
  vectorsByHash: `SELECT wanted.value AS hash,
    (SELECT v.data FROM chunks c JOIN vectors v ON v.chunk_id = c.id WHERE c.hash = wanted.value LIMIT 1) AS data
    FROM json_each(?) wanted`,
  chunkIds: 'SELECT id FROM chunks ORDER BY id',
  vectorsOf: 'SELECT v.data FROM json_each(?) wanted JOIN vectors v ON v.chunk_id = wanted.value ORDER BY wanted.key',
  // The index has them all; the table would bring the texts along.
  anyOrderChunkIds: 'SELECT id FROM chunks',
  vectorOrNull: `SELECT v.data FROM json_each(?) wanted LEFT JOIN vectors v ON v.chunk_id = wanted.value
    ORDER BY wanted.key`,
  chunkIdsOfDoc: 'SELECT id FROM chunks WHERE doc_id = ? ORDER BY ord',
  chunkCount: 'SELECT count(*) FROM chunks',
  collectionChunkIds: 'SELECT c.id FROM docs d JOIN chunks c ON c.doc_id = d.id WHERE d.collection = ?',
  // Nested in this order, so that SQLite sorts nothing; the texts would go through the sort.
  hydrate: `SELECT c.id AS chunkId, d.ext_id AS docId, d.title, c.text FROM json_each(?) wanted
    CROSS JOIN chunks c ON c.id = wanted.value CROSS JOIN docs d ON d.id = c.doc_id`,
  lexicalRank: lexical('rank', ''),
  lexicalBm25: lexical('bm25(chunk_fts)', ''),
  lexicalRankFiltered: lexical('rank', allowed),
  lexicalBm25Filtered: lexical('bm25(chunk_fts)', allowed),
  wordScores: 'SELECT rowid, bm25(chunk_fts) FROM chunk_fts WHERE chunk_fts MATCH ? ORDER BY rowid',
  // The driver binds numbers as real ones, and FTS5 passes over a rowid that is no integer: it would give the next match.
  snippet: `SELECT snippet(chunk_fts, 1, ?, ?, ?, ?) FROM chunk_fts
    WHERE chunk_fts MATCH ? AND rowid = CAST(? AS INTEGER)`,
  // changes with a commit of another connection
  dataVersion: 'PRAGMA data_version',
  chunksWithWord: 'SELECT count(*) FROM chunk_fts WHERE chunk_fts MATCH ?',
  allVectors: 'SELECT chunk_id AS id, data FROM vectors ORDER BY chunk_id',
  insertDoc: `INSERT INTO docs (ext_id, title, collection, hash, updated_at) VALUES (?, ?, ?, ?, ?)`,
  updateDoc: 'UPDATE docs SET title = ?, collection = ?, hash = ?, updated_at = ? WHERE id = ?',
  deleteDoc: 'DELETE FROM docs WHERE id = ?',
  insertField: 'INSERT INTO doc_metadata VALUES (?, ?, ?)',
  deleteFields: 'DELETE FROM doc_metadata WHERE doc_id = ?',
  insertChunk: 'INSERT INTO chunks (doc_id, ord, text, hash) VALUES (?, ?, ?, ?)',
  deleteChunks: 'DELETE FROM chunks WHERE doc_id = ?',
  insertVector: 'INSERT INTO vectors VALUES (?, ?)',
  deleteVectors: 'DELETE FROM vectors WHERE chunk_id IN (SELECT id FROM chunks WHERE doc_id = ?)',
  firstVectors: 'SELECT chunk_id AS id, data FROM first_vectors WHERE data IS NOT NULL ORDER BY chunk_id',
  anyFirst: 'SELECT EXISTS (SELECT 1 FROM first_vectors)',
  insertFirst: 'INSERT INTO first_vectors VALUES (?, ?)',
  deleteFirst: 'DELETE FROM first_vectors WHERE chunk_id IN (SELECT id FROM chunks WHERE doc_id = ?)',
  clearFirst: 'UPDATE first_vectors SET data = NULL',
  endFirst: 'DELETE FROM first_vectors',
  fillVector: 'INSERT INTO vectors SELECT chunk_id, ? FROM first_vectors WHERE chunk_id = ? ON CONFLICT DO NOTHING',
  pendingChunks: `SELECT c.id AS chunkId, c.text FROM first_vectors f JOIN chunks c ON c.id = f.chunk_id
    LEFT JOIN vectors v ON v.chunk_id = f.chunk_id WHERE f.chunk_id > ? AND v.chunk_id IS NULL ORDER BY f.chunk_id LIMIT ?`,
  pendingCount: `SELECT count(*) FROM first_vectors f LEFT JOIN vectors v ON v.chunk_id = f.chunk_id
    WHERE v.chunk_id IS NULL`,
  insertText: 'INSERT INTO chunk_fts (rowid, title, text) SELECT id, title, text FROM chunk_texts WHERE doc_id = ?',
  // The index of an external-content table forgets a row only when told the text it was made from.
  deleteText: `INSERT INTO chunk_fts (chunk_fts, rowid, title, text)
    SELECT 'delete', id, title, text FROM chunk_texts WHERE doc_id = ?`,
} as const

type StatementName = keyof typeof sql
export type Prepare = (name: StatementName) => Statement<unknown[]>

/** Statements by name: prepared once each, or anew at every call. */
export function statements(db: Connection, reuse: boolean): Prepare {
  if (!reuse) return (name) => db.prepare(sql[name])
  const prepared = new Map<StatementName, Statement<unknown[]>>()
  return (name) => {
    const known = prepared.get(name) ?? db.prepare<unknown[]>(sql[name])
    prepared.set(name, known)
    return known
  }
}

export function explainAll(db: Connection): Record<string, string[]> {
  const explain = (text: string) => {
    const values = Array(text.split('?').length - 1).fill(null)
    const steps = db.prepare<unknown[], { detail: string }>(`EXPLAIN QUERY PLAN ${text}`).all(...values)
    return steps.map(({ detail }) => detail)
  }
  return Object.fromEntries(Object.entries(sql).map(([name, text]) => [name, explain(text)]))
}
