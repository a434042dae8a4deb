import { mannWhitney, median } from '@tenfold/measure'
import type { Database } from 'better-sqlite3'
import { readJournal, revertAdvice } from './journal.ts'
import { limits } from './limits.ts'
import type { Statement } from './statements.ts'

export interface Verified {
  fingerprint: string
  /** `waiting` until enough calls were seen; `unknown` when there are no times from before. */
  verdict: 'faster' | 'unchanged' | 'regressed' | 'waiting' | 'unknown'
  /** Median after ÷ before; null while it is not known. */
  ratio: number | null
  p: number | null
  calls: number
}

export interface Verification {
  statements: Verified[]
  /** The change was taken back, because a statement regressed. */
  undone: boolean
}

/**
 * Compares what was captured since the last change with the times from before it (Mann-Whitney U and the ratio of medians). A statement
 * slower by more than 10 % takes the whole change back, and it is not made again for 24 hours.
 */
export function verifyApplied(db: Database, after: readonly Statement[]): Verification {
  const entry = readJournal(db).at(-1)
  if (!entry) return { statements: [], undone: false }
  const statements = entry.before.map(({ fingerprint, timesUs }) =>
    verdictOf(
      fingerprint,
      timesUs,
      after.find((statement) => statement.fingerprint === fingerprint),
    ),
  )
  const undone = statements.some(({ verdict }) => verdict === 'regressed')
  if (undone) revertAdvice(db)
  return { statements, undone }
}

function verdictOf(fingerprint: string, before: readonly number[], now: Statement | undefined): Verified {
  const calls = now?.calls ?? 0
  const nothing = { fingerprint, ratio: null, p: null, calls }
  if (before.length === 0) return { ...nothing, verdict: 'unknown' }
  if (!now || calls < limits.verifyExecutions || now.timesUs.length === 0) return { ...nothing, verdict: 'waiting' }
  const ratio = median(now.timesUs) / median(before)
  const { p } = mannWhitney(before, now.timesUs)
  const isCertain = p < limits.verifyP
  const regressed = isCertain && ratio > 1 + limits.slowerShare
  const faster = isCertain && ratio < 1
  return { fingerprint, ratio, p, calls, verdict: regressed ? 'regressed' : faster ? 'faster' : 'unchanged' }
}
