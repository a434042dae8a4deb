import { execFileSync, spawnSync } from 'node:child_process'
import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, it } from 'vitest'
import { openStore } from '../src/index.ts'
import { checkFile } from '../src/maintenance/perform.ts'
import { chunk, doc, folder, options } from './fixture.ts'

/** Volumes of our own need a name space for mounts, which not every machine gives. */
const canMount = spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs -o size=1m tmpfs /mnt']).status === 0

/** Runs the work where `mounts` were made, then `after`; gives what the work printed. */
function confined(mounts: string, work: string, path: string, after = 'true'): Record<string, unknown> {
  const command = `${mounts} && "$0" "$1" "$2" "$3" && ${after}`
  const args = [process.execPath, join(import.meta.dirname, 'confined.mjs'), work, JSON.stringify(options(path))]
  return JSON.parse(execFileSync('unshare', ['-rm', 'sh', '-c', command, ...args], { encoding: 'utf8' }))
}
const readOnly = (at: string) => `mount --bind ${at} ${at} && mount -o remount,ro,bind ${at}`

function stored(): { at: string; path: string } {
  const at = folder()
  const path = join(at, 'index.db')
  const store = openStore(options(path))
  store.upsertDoc(doc('a'), [chunk('the cat sleeps')])
  store.close()
  return { at, path }
}

describe.skipIf(!canMount)('S3-29, a volume (not tested where `unshare -rm` may not mount)', () => {
  it('that is full: STORE_FULL, what was committed stays, and the file is whole', () => {
    const at = folder()
    const kept = join(folder(), 'kept.db')
    const path = join(at, 'index.db')
    // the log is needed with the file: both are copied out of the volume
    const copies = ['', '-wal'].map((suffix) => `cp ${path}${suffix} ${kept}${suffix}`).join(' && ')
    const {
      code,
      message,
      hint,
      stored: documents,
    } = confined(`mount -t tmpfs -o size=4m tmpfs ${at}`, 'fill', path, copies)
    expect({ code, message, hint }).toEqual({
      code: 'STORE_FULL',
      message: expect.stringContaining(path),
      hint: expect.stringContaining('free some space'),
    })
    expect(documents).toBeGreaterThan(20)
    const db = new Database(kept)
    checkFile(db)
    expect(db.prepare('SELECT count(*) FROM docs').pluck().get()).toBe(documents)
    db.close()
  })

  it('that has no room for VACUUM: refused before anything is written', () => {
    const { at, path } = stored()
    const kept = folder()
    const store = openStore(options(path))
    store.upsertDocs([{ doc: doc('b'), chunks: [chunk('filler '.repeat(90_000))] }])
    store.close()
    const volume = `cp ${path} ${kept} && mount -t tmpfs -o size=4m tmpfs ${at} && cp ${kept}/index.db ${at}`
    expect(confined(volume, 'vacuum', path)).toMatchObject({
      code: 'STORE_FULL',
      message: expect.stringMatching(/may need \d+ bytes, and \d+ are free/),
    })
  })

  it('that may only be read: refused with the way out, and the file stays as it was', () => {
    const { at, path } = stored()
    const { code, hint } = confined(readOnly(at), 'open', path)
    expect({ code, hint }).toEqual({ code: 'DATA_UNREADABLE', hint: expect.stringMatching(/writable/) })
    expect(confined(readOnly(at), 'open', join(at, 'new.db'))).toMatchObject({ code: 'DATA_UNREADABLE' })
    const store = openStore(options(path))
    expect(store.docIds()).toEqual(['a'])
    store.close()
  })

  it('that may only be read and holds the graph: it is searched with what came since, and told to be due', async () => {
    const path = join(folder(), 'index.db')
    const graph = { representation: 'graph', rescore: 40, ef: 64 } as const
    const store = openStore({ ...options(path), vectorScan: graph })
    const around = Array.from({ length: 300 }, (_, n) => chunk(`text ${n}`, [Math.cos(n), Math.sin(n), 0]))
    store.upsertDoc(doc('a'), around)
    await store.refresh()
    expect(store.graphRows()).toMatchObject({ graph: 300 })
    store.close()
    expect(confined(readOnly(`${path}.vectors`), 'graph', path)).toEqual({
      rows: { graph: 300, added: 100, gone: 0 },
      nearest: expect.closeTo(1, 5),
      advice: [expect.stringMatching(/^the graph of vectors is due to be built anew: .*EROFS/)],
    })
  })

  it('that may only be read, with its log: readers answer while a writer elsewhere keeps the log open', () => {
    const { at, path } = stored()
    const store = openStore(options(path))
    store.upsertDoc(doc('b'), [chunk('the dog barks')])
    expect(confined(readOnly(at), 'read', path)).toEqual({ stored: 2 })
    store.close()
    // without a log beside the file there is nothing a reader could lock
    expect(confined(readOnly(at), 'read', path)).toMatchObject({ code: 'DATA_UNREADABLE' })
  })
})
