import { quantile, type Random, seededRandom } from '@tenfold/measure'
import { limits } from './limits.ts'
import { fingerprintOf } from './sql/fingerprint.ts'

/** Values in order, or by name; null where they are not known. */
export type Params = readonly unknown[] | Readonly<Record<string, unknown>>

/** One execution kept as an example, standing for `calls` of them. */
export interface Binding {
  sql: string
  params: Params | null
  us: number | null
  calls: number
}

export interface Statement {
  fingerprint: string
  calls: number
  rows: number
  /** Of the calls whose time is known; null when none is. */
  totalUs: number | null
  p95Us: number | null
  maxUs: number | null
  bindings: Binding[]
  timesUs: number[]
}

export interface Execution {
  sql: string
  params: Params | null
  /** Mean time of one call, µs. */
  us: number | null
  calls: number
  rows: number
}

interface Entry {
  lastUse: number
  calls: number
  timedCalls: number
  rows: number
  totalUs: number
  maxUs: number
  seen: number
  bindings: Binding[]
  timesUs: number[]
}

export interface StatementBook {
  add(execution: Execution): void
  /** Most time first. */
  statements(): Statement[]
  /** Different statements that had to go for newer ones. */
  readonly evicted: number
}

/** Statements by fingerprint, each with even samples of its executions and durations (reservoirs, Vitter 1985). */
export function openBook(seed = 1): StatementBook {
  const random = seededRandom(seed)
  const entries = new Map<string, Entry>()
  const known = new Map<string, Entry>()
  let evicted = 0
  let uses = 0
  const entryOf = (sql: string): Entry => {
    const found = known.get(sql)
    if (found) return found
    const fingerprint = fingerprintOf(sql)
    if (!entries.has(fingerprint)) {
      if (entries.size >= limits.fingerprints) evictOldest()
      entries.set(fingerprint, emptyEntry())
    }
    // texts with literals of their own are many for one fingerprint
    if (known.size >= 4 * limits.fingerprints) known.clear()
    const entry = entries.get(fingerprint)!
    known.set(sql, entry)
    return entry
  }
  const evictOldest = () => {
    const [oldest] = [...entries].reduce((a, b) => (a[1].lastUse <= b[1].lastUse ? a : b))
    entries.delete(oldest)
    known.clear()
    evicted++
  }
  return {
    add({ sql, params, us, calls, rows }) {
      const entry = entryOf(sql)
      entry.lastUse = ++uses
      entry.calls += calls
      entry.rows += rows
      const i = place(entry.seen++, limits.bindings, random)
      if (i >= 0) entry.bindings[i] = { sql, params, us, calls }
      if (us === null) return
      entry.timedCalls += calls
      entry.totalUs += us * calls
      entry.maxUs = Math.max(entry.maxUs, us)
      const t = place(entry.seen - 1, limits.timings, random)
      if (t >= 0) entry.timesUs[t] = us
    },
    statements: () =>
      [...entries]
        .map(([fingerprint, entry]) => asStatement(fingerprint, entry))
        .sort((a, b) => (b.totalUs ?? 0) - (a.totalUs ?? 0)),
    get evicted() {
      return evicted
    },
  }
}

const emptyEntry = (): Entry => ({
  lastUse: 0,
  calls: 0,
  timedCalls: 0,
  rows: 0,
  totalUs: 0,
  maxUs: 0,
  seen: 0,
  bindings: [],
  timesUs: [],
})

/** Where the next of a stream goes in a reservoir of `size`; −1 when it is not kept. */
function place(seen: number, size: number, random: Random): number {
  if (seen < size) return seen
  const i = Math.floor(random() * (seen + 1))
  return i < size ? i : -1
}

function asStatement(fingerprint: string, entry: Entry): Statement {
  const { calls, rows, timedCalls, totalUs, maxUs, bindings } = entry
  const timesUs = entry.timesUs.filter((us) => us !== undefined)
  return {
    fingerprint,
    calls,
    rows,
    totalUs: timedCalls > 0 ? (totalUs / timedCalls) * calls : null,
    p95Us: timesUs.length > 0 ? quantile(timesUs, 0.95) : null,
    maxUs: timedCalls > 0 ? maxUs : null,
    bindings: [...bindings],
    timesUs,
  }
}
