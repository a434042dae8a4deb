import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { folder, tenfold } from './process.ts'

/** A file of which most was deleted. */
function emptied(): { root: string; file: string } {
  const root = folder({ 'text.db': 'a text that is no database, and long enough to be looked at'.repeat(20) })
  const file = join(root, 'notes.db')
  const db = new Database(file)
  db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO notes VALUES (?, ?)')
  for (let id = 1; id <= 100; id++) insert.run(id, 'words '.repeat(500))
  db.exec('DELETE FROM notes WHERE id > 10')
  db.close()
  return { root, file }
}
const freePages = (file: string): unknown => {
  const db = new Database(file, { readonly: true })
  const free = db.pragma('freelist_count', { simple: true })
  db.close()
  return free
}

describe('tenfold maintain', () => {
  it('shows what is worth doing, changes nothing; does it when told to', async () => {
    const { root, file } = emptied()
    const before = freePages(file)
    const dry = await tenfold(root, ['maintain', file])
    expect(dry.code).toBe(0)
    expect(dry.stdout).toMatch(
      /^\+ check .*\n– checkpoint .*\n– ANALYZE .*no statistics.*\n\+ VACUUM .*holds writers up .*\d\d % of the file/m,
    )
    expect(dry.stdout).toMatch(/nothing was changed; `--yes`/)
    expect(freePages(file)).toBe(before)

    const done = await tenfold(root, ['maintain', file, '--yes', '--json'])
    expect(done.code).toBe(0)
    expect(JSON.parse(done.stdout).done).toMatchObject([
      { kind: 'check' },
      { kind: 'vacuum', wallMs: expect.any(Number) },
    ])
    expect(freePages(file)).toBe(0)
  })

  it.each([
    [['text.db', '--yes'], 2, /DATA_UNREADABLE: .*not a database/],
    [['notes.db', '--undo'], 2, /DATA_EMPTY: .*no step of its schema/],
    [[], 2, /INDEX_MISSING: nothing has been ingested/],
  ])('%j ends with %i', async (args, expected, message) => {
    const { root } = emptied()
    const placed = args.map((arg) => (/\.\w+$/.test(arg) ? join(root, arg) : arg))
    const { code, stdout, stderr } = await tenfold(root, ['maintain', ...placed])
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(message)
  })
})
