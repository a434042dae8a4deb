import { copyFileSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import Database from 'better-sqlite3'
import { explained } from './open.ts'
import { quoted } from './sql/tokens.ts'

/** An index by its name and the statement that makes it. */
export interface Buildable {
  name: string
  ddl: string
}

/** A copy to try on. */
export interface Arm {
  db: Database.Database
  /** Makes indexes, with their statistics. */
  build(indexes: readonly Buildable[]): void
  drop(indexes: readonly Buildable[]): void
}

export interface Clone {
  bytes: number
  /** A copy of the file as it is: without statistics where it has none. */
  openArm(): Arm
  close(): void
}

/** A compact copy in a scratch folder, checked. Throws DATA_UNREADABLE when the file is damaged. */
export function cloneDatabase(db: Database.Database): Clone {
  sweep()
  const folder = mkdtempSync(path.join(tmpdir(), `${prefix}${process.pid}-`))
  const original = path.join(folder, 'original.db')
  const arms: Database.Database[] = []
  const close = () => {
    for (const arm of arms) arm.close()
    rmSync(folder, { recursive: true, force: true })
  }
  try {
    db.prepare('VACUUM INTO ?').run(original)
    return {
      bytes: check(original, db.name),
      openArm() {
        const file = path.join(folder, `arm-${arms.length}.db`)
        copyFileSync(original, file)
        const arm = openScratch(file)
        arms.push(arm)
        return {
          db: arm,
          build(indexes) {
            for (const { ddl, name } of indexes) {
              arm.exec(ddl)
              arm.exec(`ANALYZE ${quoted(name)}`)
            }
          },
          drop: (indexes) => arm.exec(indexes.map(({ name }) => `DROP INDEX ${quoted(name)};`).join('')),
        }
      },
      close,
    }
  } catch (error) {
    close()
    throw explained(db.name, error)
  }
}

const prefix = 'tenfold-advise-'

/** A run that was killed could not remove its copies. */
function sweep(): void {
  for (const name of readdirSync(tmpdir())) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN
    if (pid > 0 && !isAlive(pid)) rmSync(path.join(tmpdir(), name), { recursive: true, force: true })
  }
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code !== 'ESRCH'
  }
}

function check(copy: string, name: string): number {
  const db = openScratch(copy)
  try {
    const found = db.pragma('quick_check(1)', { simple: true })
    if (found === 'ok')
      return (
        (db.pragma('page_count', { simple: true }) as number) * (db.pragma('page_size', { simple: true }) as number)
      )
    throw new PipelineError(
      'DATA_UNREADABLE',
      `${name} is damaged: ${found}`,
      'restore it from a backup, or make its indexes again with REINDEX',
    )
  } finally {
    db.close()
  }
}

/** Nobody needs the copy after a power cut. Triggers would do work of their own during a replay, on both sides alike. */
function openScratch(file: string): Database.Database {
  const db = new Database(file)
  db.pragma('journal_mode = MEMORY')
  db.pragma('synchronous = OFF')
  db.pragma('foreign_keys = OFF')
  const triggers = db.prepare(`SELECT name FROM sqlite_schema WHERE type = 'trigger'`).pluck().all() as string[]
  for (const name of triggers) db.exec(`DROP TRIGGER ${quoted(name)}`)
  return db
}

/** Bytes of each index; without the table dbstat only their sum is known and null is returned. */
export function indexBytes(db: Database.Database, names: readonly string[]): Map<string, number> | null {
  try {
    const size = db.prepare('SELECT sum(pgsize) FROM dbstat WHERE name = ? AND aggregate = 1').pluck()
    return new Map(names.map((name) => [name, (size.get(name) as number | null) ?? 0]))
  } catch {
    return null
  }
}
