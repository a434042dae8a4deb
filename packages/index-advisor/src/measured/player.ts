import { createHash } from 'node:crypto'
import { mean } from '@tenfold/measure'
import type { Database, Statement as Prepared } from 'better-sqlite3'
import { limits } from '../limits.ts'
import type { Terms } from '../sql/terms.ts'
import type { Binding, Statement } from '../statements.ts'

/** A statement that can be run again on a copy, and how. */
export interface Replay {
  statement: Statement
  terms: Terms
  /** Executions whose values are known. */
  bindings: Binding[]
}

export interface Player {
  db: Database
  /** µs of one execution, the mean of `repeat` of them. What is written is rolled back. */
  timeUs(replay: Replay, binding: Binding, repeat: number): number
  /** µs of an execution, over a few of its values: good enough for a ranking. */
  typicalUs(replay: Replay): number
  /** Hash of the rows, in their order where the statement asks for one; for a write, of the number of rows it changed. */
  answer(replay: Replay, binding: Binding): string
}

export function openPlayer(db: Database): Player {
  const prepared = new Map<string, Prepared>()
  const statementFor = (sql: string): Prepared => {
    const found = prepared.get(sql)
    if (found) return found
    const statement = db.prepare(sql)
    if (statement.reader) statement.raw().safeIntegers()
    if (prepared.size >= 4 * limits.fingerprints) prepared.clear()
    prepared.set(sql, statement)
    return statement
  }
  const run = ({ sql, params }: Binding): unknown => {
    const statement = statementFor(sql)
    const values = params === null ? [] : [params]
    return statement.reader ? statement.all(...values) : statement.run(...values).changes
  }
  const timeUs: Player['timeUs'] = ({ terms }, binding, repeat) => {
    if (terms.verb === 'select') {
      const start = performance.now()
      for (let i = 0; i < repeat; i++) run(binding)
      return ((performance.now() - start) * 1000) / repeat
    }
    statementFor(binding.sql)
    let us = 0
    for (let i = 0; i < repeat; i++) us += rolledBack(db, () => timed(() => run(binding)))
    return us / repeat
  }
  return {
    db,
    timeUs,
    typicalUs(replay) {
      // the first execution also prepares it and warms the pages
      const firstUs = timeUs(replay, replay.bindings[0]!, 1)
      const isSlow = firstUs > limits.slowUs && timeUs(replay, replay.bindings[0]!, 1) > limits.slowUs
      const count = isSlow ? 2 : Math.max(limits.rankingRuns, Math.min(limits.groupedBindings, replay.bindings.length))
      const times = Array.from({ length: count }, (_, i) => {
        const binding = replay.bindings[i % replay.bindings.length]!
        const once = timeUs(replay, binding, 1)
        return isSlow ? once : Math.min(once, timeUs(replay, binding, repeatsFor(once * count)))
      })
      return mean(times)
    },
    answer({ terms }, binding) {
      if (terms.verb === 'select') return hashRows(run(binding) as unknown[][], terms.isOrdered)
      const result = rolledBack(db, () => run(binding))
      return Array.isArray(result) ? hashRows(result, false) : String(result)
    },
  }
}

const timed = (work: () => unknown): number => {
  const start = performance.now()
  work()
  return (performance.now() - start) * 1000
}

export function rolledBack<T>(db: Database, work: () => T): T {
  db.exec('BEGIN')
  try {
    return work()
  } finally {
    db.exec('ROLLBACK')
  }
}

function hashRows(rows: readonly unknown[][], isOrdered: boolean): string {
  const hashes = rows.map((row) => createHash('sha256').update(row.map(asText).join('\u0000')).digest('base64'))
  if (!isOrdered) hashes.sort()
  return createHash('sha256').update(hashes.join('')).digest('hex')
}

const asText = (value: unknown): string =>
  Buffer.isBuffer(value) ? `blob ${value.toString('base64')}` : `${typeof value} ${String(value)}`

/** How often a sample repeats an execution that takes so long. */
export const repeatsFor = (us: number): number =>
  Math.max(1, Math.min(200, Math.round(limits.sampleUs / Math.max(1, us))))
