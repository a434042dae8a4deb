import { writeLog } from './log.ts'
import { openBook, type Params, type Statement } from './statements.ts'

/** A handle of better-sqlite3, or of node:sqlite (`DatabaseSync`): all that is asked of it is `prepare`. */
export interface Handle {
  // biome-ignore lint/suspicious/noExplicitAny: the two drivers type their statements differently
  prepare(sql: string): any
}

export interface Capture {
  /** What was run so far, most time first. */
  statements(): Statement[]
  /** Different statements that were forgotten for newer ones. */
  readonly evicted: number
  /** Writes what was run as a statements log, whole or not at all. It holds values of your data. */
  writeLog(file: string): void
  /** Gives the handle its own `prepare` back; statements prepared meanwhile are no longer watched. */
  stop(): void
}

type Run = (...args: unknown[]) => unknown

/**
 * Watches the statements of a running handle from now on: time, rows and an even sample of their values, in memory. The handle stays the
 * same object. `exec` and statements prepared before are not seen.
 */
export function wrapDatabase(db: Handle): Capture {
  const book = openBook()
  const own = Object.getOwnPropertyDescriptor(db, 'prepare')
  const prepare = db.prepare
  let isWatching = true
  const record = (sql: string, args: unknown[], us: number, rows: number) => {
    if (isWatching) book.add({ sql, params: paramsOf(args), us, calls: 1, rows })
  }
  db.prepare = (sql: string) => watch(prepare.call(db, sql), sql, record)
  return {
    statements: () => book.statements(),
    get evicted() {
      return book.evicted
    },
    writeLog: (file) => writeLog(file, book.statements()),
    stop() {
      isWatching = false
      if (own) Object.defineProperty(db, 'prepare', own)
      else Reflect.deleteProperty(db, 'prepare')
    },
  }
}

type RecordCall = (sql: string, args: unknown[], us: number, rows: number) => void

function watch<S extends Record<'get' | 'all' | 'run' | 'iterate', Run>>(
  statement: S,
  sql: string,
  record: RecordCall,
): S {
  const timed =
    (run: Run, rowsOf: (result: unknown) => number): Run =>
    (...args) => {
      const start = performance.now()
      const result = run.apply(statement, args)
      record(sql, args, (performance.now() - start) * 1000, rowsOf(result))
      return result
    }
  const { get, all, run, iterate } = statement
  return Object.assign(statement, {
    get: timed(get, (row) => (row === undefined ? 0 : 1)),
    all: timed(all, (rows) => (rows as unknown[]).length),
    run: timed(run, (info) => Number((info as { changes: number }).changes)),
    *iterate(...args: unknown[]) {
      let rows = 0
      let us = 0
      let start = performance.now()
      try {
        for (const row of iterate.apply(statement, args) as Iterable<unknown>) {
          us += (performance.now() - start) * 1000
          rows++
          yield row
          start = performance.now()
        }
      } finally {
        record(sql, args, us, rows)
      }
    },
  })
}

/** The drivers take values one by one, in a list, or by name. */
function paramsOf(args: readonly unknown[]): Params {
  const isNamed = (value: unknown): value is Record<string, unknown> =>
    typeof value === 'object' && value !== null && !Array.isArray(value) && !ArrayBuffer.isView(value)
  const named = args.find(isNamed)
  return named ? { ...named } : args.flat()
}
