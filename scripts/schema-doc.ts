// Writes docs/schema.md from a file that the SQLite store makes. `--check` writes nothing and ends with 1 when the committed page differs.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openConnection } from '../packages/stores/sqlite/src/connection.ts'
import { prepareSchema } from '../packages/stores/sqlite/src/schema.ts'
import { describeSchema } from '../packages/stores/sqlite/src/schema-doc.ts'

const page = path.join(import.meta.dirname, '../docs/schema.md')
const scratch = mkdtempSync(path.join(tmpdir(), 'tenfold-schema-'))
try {
  const { db } = openConnection(path.join(scratch, 'store.db'), { mmapMib: 0, cacheKib: 16_000 })
  prepareSchema(db, db.name, { modelSha256: '', dims: 1, chunker: '' })
  const text = describeSchema(db)
  db.close()
  const isSame = existsSync(page) && readFileSync(page, 'utf8') === text
  if (!process.argv.includes('--check')) writeFileSync(page, text)
  else if (!isSame) {
    console.error('docs/schema.md is not what the store makes; write it again: pnpm schemas')
    process.exitCode = 1
  }
  console.log(`docs/schema.md: ${isSame ? 'as the store makes it' : process.exitCode ? 'differs' : 'written'}`)
} finally {
  rmSync(scratch, { recursive: true })
}
