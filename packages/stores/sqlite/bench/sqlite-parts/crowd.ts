import { rmSync } from 'node:fs'
import { setImmediate as turn } from 'node:timers/promises'
import { openConnection } from '../../src/connection.ts'
import { copyStore } from '../../src/copy.ts'
import { openReadWorkers } from '../../src/read-workers/pool.ts'
import { openCheckpointer } from '../../src/wal/checkpointer.ts'
import { walBytes } from '../../src/wal/log.ts'

const groups = 50
const perGroup = 20
/** Of a row: anything of another version gives another sum. */
const sum = 'length(text) + version * 31 + id * 7'
const settings = { mmapMib: 0, cacheKib: 16_000 }

export interface Crowded {
  commits: number
  reads: number
  copies: number
  /** Reads that saw parts of two versions, or a row that does not agree with its sum. */
  torn: number
  /** SQLITE_BUSY that reached a caller. */
  busy: number
  failed: string[]
  highestWalBytes: number
}

/**
 * One writer, `readers` readers and a checkpoint thread on one file; every `copyEveryMs` it is copied as the index advisor does. Each transaction
 * gives a group of rows a new version and sum; each read sees whether a group is of one version.
 */
export async function crowd(
  path: string,
  options: { ms: number; readers: number; limitBytes: number; copyEveryMs: number },
): Promise<Crowded> {
  const { db } = openConnection(path, settings)
  db.exec('CREATE TABLE rows (id INTEGER PRIMARY KEY, grp INTEGER, version INTEGER, text TEXT, checksum INTEGER)')
  db.exec('CREATE INDEX rows_grp ON rows (grp)')
  db.exec(`WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ${groups * perGroup})
    INSERT INTO rows SELECT i, i % ${groups}, 0, '', i * 7 FROM n`)
  const found: Crowded = { commits: 0, reads: 0, copies: 0, torn: 0, busy: 0, failed: [], highestWalBytes: 0 }
  const note = (error: unknown) => {
    const text = String(error)
    if (/busy|locked/i.test(text)) found.busy++
    else found.failed.push(text)
  }
  const checkpointer = await openCheckpointer(db, { limitBytes: options.limitBytes, everyMs: 20 })
  const workers = await openReadWorkers({ path, ...settings, workers: options.readers, maxWaiting: 0 })
  const end = performance.now() + options.ms

  let isWriting = true
  const read = async () => {
    const sql = `SELECT count(*) AS n, count(DISTINCT version) AS versions, total(checksum <> ${sum}) AS wrong FROM rows WHERE grp = ?`
    for (let i = 0; isWriting; i++) {
      try {
        const [row] = (await workers.all(sql, i % groups)) as [{ n: number; versions: number; wrong: number }]
        found.reads++
        if (row.n !== perGroup || row.versions !== 1 || row.wrong !== 0) found.torn++
      } catch (error) {
        note(error)
      }
    }
  }
  const write = async () => {
    const update = db.prepare('UPDATE rows SET version = version + 1, text = ? WHERE grp = ?')
    const seal = db.prepare(`UPDATE rows SET checksum = ${sum} WHERE grp = ?`)
    const commit = db.transaction((i: number) => {
      update.run('x'.repeat(i % 3000), i % groups)
      seal.run(i % groups)
    })
    let nextCopy = performance.now() + options.copyEveryMs
    // a disk may be so slow that the time is over before the first copy
    const isOver = () => performance.now() >= end && found.copies + found.busy + found.failed.length > 0
    for (let i = 0; !isOver(); i++) {
      try {
        await checkpointer.room()
        commit.immediate(i)
        found.commits++
        if (performance.now() > nextCopy) {
          copyStore(path, `${path}.copy`)
          rmSync(`${path}.copy`)
          found.copies++
          nextCopy = performance.now() + options.copyEveryMs
        }
      } catch (error) {
        note(error)
      }
      found.highestWalBytes = Math.max(found.highestWalBytes, walBytes(path))
      if (i % 5 === 0) await turn()
    }
    isWriting = false
  }
  await Promise.all([write(), ...Array.from({ length: options.readers }, read)])
  await workers.close()
  await checkpointer.close()
  db.close()
  return found
}
