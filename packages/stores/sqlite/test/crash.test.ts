import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import Database from 'better-sqlite3'
import { expect, it } from 'vitest'
import { openStore } from '../src/index.ts'
import { folder, options } from './fixture.ts'

it.each([0, 7, 31, 60])(
  'holds whole documents only after kill -9 in the middle of writes (+%i ms)',
  async (delay) => {
    const settings = options(join(folder(), 'index.db'))
    const script = join(import.meta.dirname, 'killed-writer.mjs')
    const child = spawn(process.execPath, [script, JSON.stringify(settings)], { stdio: ['ignore', 'pipe', 'inherit'] })
    await once(child.stdout, 'data')
    await sleep(delay)
    child.kill('SIGKILL')
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')

    const db = new Database(settings.path)
    expect(db.pragma('integrity_check', { simple: true })).toBe('ok')
    expect(db.pragma('foreign_key_check')).toEqual([])
    // Throws when the full text does not agree with the chunks.
    db.prepare(`INSERT INTO chunk_fts (chunk_fts, rank) VALUES ('integrity-check', 1)`).run()
    db.close()

    const store = openStore(settings)
    const ids = store.docIds()
    expect(ids.length).toBeGreaterThan(0)
    for (const id of ids) {
      const version = Number(store.docHash(id))
      const whole = Array.from({ length: 1 + (version % 5) }, (_, i) => `${version}-${i}`)
      expect(store.docChunks(id).map(({ hash }) => hash)).toEqual(whole)
    }
    expect(store.vectorSearch(Float32Array.of(1, 0, 0), 1000).chunkIds).toHaveLength(store.chunkCount())
    store.close()
  },
  20_000,
)
