import type { Connection } from './connection.ts'
import { appliedSteps, schemaVersionOf } from './migrations/migrate.ts'

/** What each table is for; a table without a word here is refused. */
const purposes: Record<string, string> = {
  meta: 'Names and values: the version of the schema, what vectors and chunks depend on, notes of an ingest, and names of the graphs made from this file.',
  docs: 'One row a document. `ext_id` is its id outside, `hash` changes when the document does.',
  chunks:
    'Passages of documents in their order. Ids never come back. `hash` finds the vector of a text in whatever document has it.',
  vectors:
    'The vector of a chunk, f32 little-endian: the source of truth for every index. Apart from the texts, so that reading these does not page them in.',
  first_vectors: 'What finds a chunk until all chunks have their vector; empty after that. null: its words alone.',
  doc_metadata:
    'Fields of documents to filter by, one a row: numbers, texts, and truth values as one byte. Served by the key (field, value).',
  schema_journal: 'Steps the schema has gone since version 1, each with its way back.',
  chunk_texts: 'View: what the full text is made from.',
  chunk_fts: 'Full text (FTS5, external content): the words of titles and texts, which are not stored twice.',
}

/** The schema of a store as Markdown, read from a real file of the current version. Throws where a table has no purpose written down. */
export function describeSchema(db: Connection): string {
  const objects = db
    .prepare(`SELECT name, type, sql FROM sqlite_schema WHERE type IN ('table', 'view') ORDER BY rowid`)
    .all() as { name: string; type: string; sql: string }[]
  const virtual = objects.filter(({ sql }) => /^CREATE VIRTUAL/i.test(sql)).map(({ name }) => name)
  const isInternal = (name: string) => name.startsWith('sqlite_') || virtual.some((each) => name.startsWith(`${each}_`))
  const sections = objects
    .filter(({ name }) => !isInternal(name))
    .map(({ name, type, sql }) => {
      const purpose = purposes[name]
      if (!purpose) throw new Error(`the table ${name} has no purpose in schema-doc.ts`)
      const isTable = type === 'table' && !virtual.includes(name)
      const parts = isTable ? [...columnLines(db, name), ...indexLines(db, name)] : ['```sql', sql, '```']
      return [`## ${name}`, '', purpose, '', ...parts].join('\n')
    })
  const steps = appliedSteps(db).map(({ version, name }) => `- ${version}: ${name}`)
  return `${[
    '# Schema of the SQLite store',
    `Version ${schemaVersionOf(db)}, read from a file the store made. Written by \`pnpm schemas\`; \`pnpm check\` refuses another one.`,
    `Steps since version 1, each with its way back (\`tenfold maintain --undo\`):\n\n${steps.join('\n')}`,
    ...sections,
  ].join('\n\n')}\n`
}

function columnLines(db: Connection, table: string): string[] {
  const columns = db.prepare('SELECT name, type, "notnull" AS required, pk FROM pragma_table_info(?)').all(table) as {
    name: string
    type: string
    required: number
    pk: number
  }[]
  const keys = db
    .prepare('SELECT "from" AS own, "table" AS parent, "to" AS other FROM pragma_foreign_key_list(?)')
    .all(table) as {
    own: string
    parent: string
    other: string
  }[]
  const isUnique = db.prepare(
    `SELECT 1 FROM pragma_index_list(?) l JOIN pragma_index_info(l.name) i WHERE l.origin = 'u' AND i.name = ?`,
  )
  const rows = columns.map(({ name, type, required, pk }) => {
    const key = keys.find(({ own }) => own === name)
    const notes = [
      pk ? 'primary key' : '',
      required && !pk ? 'required' : '',
      isUnique.get(table, name) ? 'unique' : '',
      key ? `→ ${key.parent}.${key.other}` : '',
    ]
    return `| ${name} | ${type} | ${notes.filter(Boolean).join(', ')} |`
  })
  return ['| column | type | |', '| :--- | :--- | :--- |', ...rows]
}

function indexLines(db: Connection, table: string): string[] {
  const indexes = db
    .prepare(
      `SELECT name, sql FROM sqlite_schema WHERE type = 'index' AND tbl_name = ? AND sql IS NOT NULL ORDER BY name`,
    )
    .all(table) as { name: string; sql: string }[]
  return indexes.length === 0 ? [] : ['', ...indexes.map(({ sql }) => `- \`${sql}\``)]
}
