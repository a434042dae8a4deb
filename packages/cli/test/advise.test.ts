import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { folder, tenfold } from './process.ts'

const question = 'SELECT id FROM notes WHERE author = ? ORDER BY id'
const good = JSON.stringify({ sql: question, params: [7], calls: 500, ms: 3 })

function notes(log: string): { root: string; file: string; log: string } {
  const root = folder({ 'log.jsonl': log })
  const file = join(root, 'notes.db')
  const db = new Database(file)
  db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, author INTEGER NOT NULL, text TEXT NOT NULL)')
  const insert = db.prepare('INSERT INTO notes VALUES (?, ?, ?)')
  db.transaction(() => {
    for (let id = 1; id <= 20_000; id++) insert.run(id, id % 500, 'some words '.repeat(10))
  })()
  db.close()
  return { root, file, log: join(root, 'log.jsonl') }
}

const indexesOf = (file: string): string[] => {
  const db = new Database(file, { readonly: true })
  const names = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'index'`).pluck().all() as string[]
  db.close()
  return names
}

describe('tenfold advise', () => {
  it('shows what is missing, changes nothing; applies, and takes it back', { timeout: 60_000 }, async () => {
    const { root, file, log } = notes(`${good}\nno json\n`)
    const dry = await tenfold(root, ['advise', file, '--statements', log])
    expect(dry.code).toBe(0)
    expect(dry.stdout).toMatch(/^! 1 of 2 lines of the log are no statement; the first: line 2/)
    expect(dry.stdout).toMatch(/SCAN notes {2}← scans a whole table\n +→ SEARCH notes USING/)
    expect(dry.stdout).toMatch(/\+ CREATE INDEX "tf_notes_author_\w+" ON "notes" \("author"\)/)
    expect(dry.stdout).toMatch(/takes \d+\.\d % less \[.*nothing was changed/)
    expect(dry.stdout).not.toContain('\x1b[')
    expect(indexesOf(file)).toEqual([])

    const applied = await tenfold(root, ['advise', file, '--statements', log, '--apply', '--json'])
    expect(applied.code).toBe(0)
    expect(JSON.parse(applied.stdout)).toMatchObject({
      badLines: 1,
      applied: [expect.stringContaining('CREATE INDEX')],
    })
    expect(JSON.parse(applied.stdout).statements).toMatchObject([{ calls: 500, flags: ['scan'], scans: ['notes'] }])
    expect(applied.stdout).not.toContain('"params"')
    expect(indexesOf(file)).toEqual([expect.stringMatching(/^tf_notes_author_/)])
    expect((await tenfold(root, ['advise', file, '--statements', log, '--fail-on-scan'])).code).toBe(0)

    const undone = await tenfold(root, ['advise', file, '--undo'])
    expect({ code: undone.code, stdout: undone.stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^✓ taken back/),
    })
    expect(indexesOf(file)).toEqual([])
  })

  it('--fail-on-scan ends with 1 and names the statement', async () => {
    const { root, file, log } = notes(`${good}\n{"sql":"SELECT text FROM notes WHERE id = ?"}\n`)
    const { code, stdout } = await tenfold(root, ['advise', file, '--statements', log, '--fail-on-scan'])
    expect(code).toBe(1)
    expect(stdout).toMatch(
      /^✗ select id from notes where author = \? order by id\n {2}reads all of notes: SCAN notes\n✗ 1 of 2 statements/,
    )
    const { stdout: json } = await tenfold(root, ['advise', file, '--statements', log, '--fail-on-scan', '--json'])
    expect(JSON.parse(json).statements.map(({ scans }: { scans: string[] }) => scans)).toEqual([['notes'], []])
  })

  it('--verify waits for enough calls', async () => {
    const { root, file, log } = notes(`${good}\n`)
    await tenfold(root, ['advise', file, '--statements', log, '--apply'])
    const few = join(folder({ 'few.jsonl': good.replace('500', '50') }), 'few.jsonl')
    const { code, stdout } = await tenfold(root, ['advise', file, '--statements', few, '--verify'])
    expect(code).toBe(4)
    expect(stdout).toMatch(/^waiting .* 50 calls/)
  })

  it('a locked database ends with 3 and the way out', { timeout: 60_000 }, async () => {
    const { root, file, log } = notes(`${good}\n`)
    const db = new Database(file)
    db.exec('BEGIN EXCLUSIVE')
    const { code, stdout, stderr } = await tenfold(root, ['advise', file, '--statements', log])
    db.close()
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' })
    expect(stderr).toMatch(/TARGET_FAILED: .*locked[\s\S]*another process holds the lock/)
  })

  it.each([
    [['notes.db'], 2, /advise without --statements/],
    [['notes.db', '--statements', 'none.jsonl'], 2, /DATA_UNREADABLE: .*none\.jsonl cannot be read/],
    [['none.db', '--statements', 'log.jsonl'], 2, /DATA_UNREADABLE: .*none\.db/],
    [['log.jsonl', '--statements', 'log.jsonl'], 2, /DATA_UNREADABLE: .*not a database/],
    [['notes.db', '--statements', 'log.jsonl', '--apply', '--undo'], 2, /cannot be used with option/],
    [['notes.db', '--statements', 'log.jsonl', '--budget', 'soon'], 2, /takes seconds/],
    [['notes.db', '--undo'], 2, /DATA_EMPTY: nothing was applied/],
  ])('%j ends with %i', async (args, expected, message) => {
    const { root } = notes(`${good}\n`)
    const placed = args.map((arg) => (/\.\w+$/.test(arg) ? join(root, arg) : arg))
    const { code, stdout, stderr } = await tenfold(root, ['advise', ...placed])
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(message)
  })
})
