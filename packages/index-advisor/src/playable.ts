import { messageOf } from '@tenfold/contracts'
import type { Database } from 'better-sqlite3'
import { openPlayer, type Replay } from './measured/player.ts'
import type { Review } from './review.ts'
import { tokensOf } from './sql/tokens.ts'
import type { Binding } from './statements.ts'

export interface Playable {
  /** Reads, updates and deletes that run on the copy; most time first. */
  replays: Replay[]
  /** Lower-case name of a table → rows the workload inserts. */
  inserts: Map<string, number>
  problems: string[]
}

/** What of the log can be run again. Inserts are not: their rows are there already; their cost is measured with rows of the table. */
export function playable(db: Database, reviews: readonly Review[]): Playable {
  const player = openPlayer(db)
  const replays: Replay[] = []
  const inserts = new Map<string, number>()
  const problems: string[] = []
  for (const { statement, terms, problem } of reviews) {
    if (terms.verb === 'insert' && terms.target) {
      const table = terms.target.toLowerCase()
      inserts.set(table, (inserts.get(table) ?? 0) + Math.max(statement.calls, statement.rows))
      continue
    }
    if (terms.verb === 'other' || terms.verb === 'insert') continue
    const replay = { statement, terms, bindings: statement.bindings.filter(hasValues) }
    const reason =
      problem ??
      (replay.bindings.length === 0 ? 'the log has no values for its parameters' : failure(() => check(replay)))
    if (reason) problems.push(`not tried: ${statement.fingerprint}: ${reason}`)
    else replays.push(replay)
  }
  return { replays, inserts, problems }

  function check(replay: Replay): void {
    for (const binding of replay.bindings.slice(0, 2)) player.timeUs(replay, binding, 1)
  }
}

/** Its values are known, or it takes none. */
export const hasValues = ({ sql, params }: Binding): boolean =>
  params !== null || !tokensOf(sql).some(({ kind }) => kind === 'parameter')

function failure(work: () => void): string | undefined {
  try {
    work()
    return undefined
  } catch (error) {
    return messageOf(error)
  }
}
