import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openStore } from '../src/index.ts'
import { checkFile } from '../src/maintenance/perform.ts'
import { undoMigration } from '../src/migrations/migrate.ts'
import { chunk, doc, folder, options } from './fixture.ts'

/** Kills of each work; `pnpm test:slow` has more. */
const kills = Number(process.env.TENFOLD_KILLS ?? 1)
const docs = 300
const words = (n: number) => Array.from({ length: 200 }, (_, i) => `w${(n * 7919 + i * 104_729) % 20_000}`).join(' ')

/** 3 MB of documents, a third of them removed again; many segments of full text. */
function fullFile(path: string): void {
  const store = openStore(options(path))
  const all = Array.from({ length: docs * 1.5 }, (_, n) => ({
    doc: doc(`d${n}`),
    chunks: Array.from({ length: 4 }, (_, i) => chunk(words(4 * n + i))),
  }))
  for (let from = 0; from < all.length; from += 50) store.upsertDocs(all.slice(from, from + 50))
  for (let n = docs; n < docs * 1.5; n++) store.removeDoc(`d${n}`)
  store.close()
}

describe('S3-29, kill -9 at any moment leaves a file that is whole', () => {
  const scratch = mkdtempSync(join(tmpdir(), 'tenfold-killed-'))
  const original = join(scratch, 'original.db')
  beforeAll(() => fullFile(original))
  afterAll(() => rmSync(scratch, { recursive: true }))

  it.each(['vacuum', 'merge', 'index', 'migrate'])('%s', { timeout: 60_000 + kills * 10_000 }, async (work) => {
    const at = folder()
    const run = async (name: string, share: number | null, wholeMs = 0) => {
      const path = join(at, `${name}.db`)
      copyFileSync(original, path)
      if (work === 'migrate') withDb(path, undoMigration)
      const script = join(import.meta.dirname, 'killed-work.mjs')
      const args = [script, work, JSON.stringify(options(path))]
      const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
      await once(child.stdout, 'data')
      const start = performance.now()
      const ended = once(child, 'exit')
      if (share !== null) {
        await sleep(share * wholeMs)
        child.kill('SIGKILL')
      }
      await ended
      return { path, ms: performance.now() - start }
    }
    const { ms } = await run('whole', null)
    for (let n = 0; n < kills; n++) {
      const share = (n + Math.random()) / kills
      const { path } = await run(`killed-${n}`, share, ms)
      const moment = `${work} killed after ${share.toFixed(3)} of its time`
      withDb(path, (db) => {
        expect(() => checkFile(db), moment).not.toThrow()
        const tables = ['docs', 'chunks', 'vectors', 'chunk_fts']
        const counts = tables.map((table) => db.prepare(`SELECT count(*) FROM ${table}`).pluck().get())
        expect(counts, moment).toEqual([docs, 4 * docs, 4 * docs, 4 * docs])
      })
      const store = openStore(options(path))
      expect(store.lexicalSearch('w0 w1', 5).chunkIds, moment).not.toEqual([])
      store.close()
    }
  })
})

function withDb(path: string, use: (db: Database.Database) => void): void {
  const db = new Database(path)
  use(db)
  db.close()
}
