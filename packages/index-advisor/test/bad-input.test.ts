import { spawnSync } from 'node:child_process'
import { copyFileSync, readFileSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { advise, openDatabase } from '../src/index.ts'
import { explained } from '../src/open.ts'
import { library, scratch } from './fixture.ts'

const opened = (file: string) => () => openDatabase(file, { readonly: true }).close()

describe('openDatabase', () => {
  it('a file that is no database, or not there, is told with the way out', () => {
    const file = join(scratch(), 'text.db')
    writeFileSync(file, 'this is a text of more than a hundred bytes '.repeat(10))
    expect(opened(file)).toThrow(
      expect.objectContaining({ code: 'DATA_UNREADABLE', hint: expect.stringContaining('SQLite 3') }),
    )
    expect(readFileSync(file, 'utf8')).toMatch(/^this is a text/)
    expect(opened(join(scratch(), 'none.db'))).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
  })

  it('a damaged file is found out before anything is measured', () => {
    const { file, db } = library(3000)
    db.pragma('journal_mode = DELETE')
    db.close()
    const damaged = join(scratch(), 'damaged.db')
    copyFileSync(file, damaged)
    truncateSync(damaged, 40_960)
    const broken = () => {
      const handle = openDatabase(damaged, { readonly: true })
      try {
        advise(handle, [])
      } finally {
        handle.close()
      }
    }
    expect(broken).toThrow(expect.objectContaining({ code: 'DATA_UNREADABLE' }))
  })

  it('a locked file is told with the way out', () => {
    const { file, db } = library(100)
    db.pragma('journal_mode = DELETE')
    db.exec('BEGIN EXCLUSIVE')
    const other = new Database(file, { timeout: 10 })
    let error: unknown
    try {
      other.prepare('SELECT 1 FROM docs').get()
    } catch (thrown) {
      error = thrown
    }
    other.close()
    db.exec('ROLLBACK')
    expect(explained(file, error)).toMatchObject({
      code: 'TARGET_FAILED',
      exitCode: 3,
      hint: expect.stringContaining('lock'),
    })
  })

  it('copies of a run that was killed are swept by the next', () => {
    const { db } = library(100)
    const folder = scratch()
    const run = `import { mkdirSync } from 'node:fs'; mkdirSync(process.argv[1] + '/tenfold-advise-' + process.pid + '-left')`
    spawnSync(process.execPath, ['--input-type=module', '-e', run, folder])
    const kept = process.env.TMPDIR
    process.env.TMPDIR = folder
    try {
      advise(db, [])
    } finally {
      if (kept === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = kept
    }
    expect(spawnSync('ls', [folder], { encoding: 'utf8' }).stdout).toBe('')
  })
})
