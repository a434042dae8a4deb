import { statfsSync } from 'node:fs'
import path from 'node:path'
import type { Connection } from '../connection.ts'
import { readSetting } from '../settings.ts'
import { walBytes } from '../wal/log.ts'
import { fullTextTables, segmentsOf } from './full-text.ts'
import { grownTables } from './statistics.ts'

export type MaintenanceKind = 'check' | 'checkpoint' | 'analyze' | 'merge' | 'vacuum'

/** Something that can be done, whether that is worth it, and what it takes. */
export interface MaintenanceStep {
  kind: MaintenanceKind
  /** The table; null for the whole file. */
  table: string | null
  isWorth: boolean
  why: string
  /** About so long, from rates measured on one machine; `holdsWriters` says whether others cannot write meanwhile. */
  estimateMs: number
  holdsWriters: boolean
}

export interface MaintenancePlan {
  path: string
  bytes: number
  steps: MaintenanceStep[]
}

/** Below these bounds no query became measurably faster (docs/benchmarks.md, sqlite). */
const maintenanceLimits = { freeShare: 0.2, growth: 2, segments: 10, walBytes: 64 * 2 ** 20 }

/** ms a MiB, measured on a file of 250 MB that the page cache holds: a cold or slow disk takes longer. */
const msPerMiB = { check: 10, checkpoint: 2, analyze: 0.3, merge: 4, vacuum: 5 }

/** Reads, counts and changes nothing. */
export function maintenancePlan(db: Connection): MaintenancePlan {
  const pageBytes = readSetting(db, 'page_size') as number
  const pages = readSetting(db, 'page_count') as number
  const bytes = pages * pageBytes
  const cost = (kind: MaintenanceKind, of = bytes) => Math.ceil((msPerMiB[kind] * of) / 2 ** 20)
  const log = walBytes(db.name)
  const free = readSetting(db, 'freelist_count') as number
  const { freeShare, segments: most, walBytes: mostLog, growth } = maintenanceLimits
  const grown = grownTables(db)

  const steps: MaintenanceStep[] = [
    {
      kind: 'check',
      table: null,
      isWorth: true,
      why: 'nothing else is done to a damaged file',
      estimateMs: cost('check'),
      holdsWriters: false,
    },
    {
      kind: 'checkpoint',
      table: null,
      isWorth: log > mostLog,
      why: `the log beside the file has ${mebi(log)}; up to ${mebi(mostLog)} are left to SQLite`,
      estimateMs: cost('checkpoint', log),
      holdsWriters: true,
    },
    {
      kind: 'analyze',
      table: null,
      isWorth: grown.some(({ ratio }) => ratio >= growth),
      why: whyAnalyze(grown),
      estimateMs: cost('analyze'),
      holdsWriters: true,
    },
    ...fullTextTables(db).map((table): MaintenanceStep => {
      const count = segmentsOf(db, table)
      return {
        kind: 'merge',
        table,
        isWorth: count > most,
        why: `${count} segments; a search of up to ${most} is as fast as of one`,
        estimateMs: cost('merge', fullTextBytes(db, table) ?? bytes),
        holdsWriters: false,
      }
    }),
    {
      kind: 'vacuum',
      table: null,
      isWorth: free > freeShare * pages,
      why: `${percent(free / Math.max(1, pages))} of the file is free pages, which new rows fill; from ${percent(freeShare)} on they are worth giving back`,
      estimateMs: cost('vacuum', bytes - free * pageBytes),
      holdsWriters: true,
    },
  ]
  return { path: db.name, bytes, steps }
}

/** Bytes that VACUUM may need beside the file: a copy in the folder for temporary files, and one in the log. */
export function vacuumRoom(db: Connection): { neededBytes: number; freeBytes: number } {
  const used = (readSetting(db, 'page_count') as number) - (readSetting(db, 'freelist_count') as number)
  const { bavail, bsize } = statfsSync(path.dirname(path.resolve(db.name)))
  return { neededBytes: 2 * used * (readSetting(db, 'page_size') as number), freeBytes: bavail * bsize }
}

function whyAnalyze(grown: ReturnType<typeof grownTables>): string {
  if (grown.length === 0) return 'no statistics were ever made; `tenfold advise` tells whether queries gain by them'
  const most = grown.reduce((a, b) => (b.ratio > a.ratio ? b : a))
  return `${most.table} has ${most.rows} rows, and had ${most.analyzedRows} when statistics were made`
}

/** undefined where SQLite was built without the table of page sizes. */
function fullTextBytes(db: Connection, table: string): number | undefined {
  try {
    const sum = db.prepare('SELECT sum(pgsize) FROM dbstat WHERE aggregate = 1 AND name IN (?, ?)').pluck()
    return (sum.get(`${table}_data`, `${table}_idx`) as number | null) ?? 0
  } catch {
    return undefined
  }
}

const mebi = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`
const percent = (share: number): string => `${(100 * share).toFixed(0)} %`
