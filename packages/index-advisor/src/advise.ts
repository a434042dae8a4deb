import type { Database } from 'better-sqlite3'
import type { Candidate } from './candidates.ts'
import { cloneDatabase, indexBytes } from './clone.ts'
import { type Drop, findDrops } from './drops.ts'
import { heldDown } from './journal.ts'
import { limits } from './limits.ts'
import { type Refusal, search } from './measured/search.ts'
import type { Trial } from './measured/trial.ts'
import { openWorkbench, type Workbench } from './measured/workbench.ts'
import { playable } from './playable.ts'
import { preselect } from './preselect.ts'
import { prove } from './proof.ts'
import { type Review, review } from './review.ts'
import { indexesIn } from './sql/plan.ts'
import { hashOf, readSchema, schemaDump } from './sql/schema.ts'
import type { Statement } from './statements.ts'
import { openWhatIf } from './what-if.ts'

export interface AdviseOptions {
  /** Milliseconds after which no further candidate is tried. */
  budgetMs?: number
  /** Also try to drop what no plan of the log uses. A log that is shorter than a cycle of the business knows too little. */
  dropUnused?: boolean
  seed?: number
  progress?(step: string, done: number, of: number): void
}

export interface Addition {
  name: string
  table: string
  ddl: string
  bytes: number
  buildMs: number
  /** µs to insert a row into its table, without it and with all that was added to the table in the same step; null for an empty table. */
  insertUs: [number, number] | null
}

export interface Advice {
  database: string
  databaseBytes: number
  /** Of the schema that was measured: applying refuses another one. */
  schemaHash: string
  /** Most time first. */
  statements: AdvisedStatement[]
  add: Addition[]
  drop: Drop[]
  refused: Refusal[]
  /** Planner statistics are missing, and the workload is faster with them. */
  analyze: boolean
  /** Share of the time of the workload that is saved, proven against the file as it is. */
  gain: number
  interval: [number, number]
  beforeUs: number
  afterUs: number
  warnings: string[]
  wallMs: number
}

export interface AdvisedStatement extends Omit<Review, 'terms'> {
  /** Measured on a copy, µs of a call; null where it could not be run. */
  beforeUs: number | null
  afterUs: number | null
  planAfter: string[]
  isAffected: boolean
}

/**
 * Which indexes the workload lacks and which it carries for nothing, tried on copies of the file; changes nothing. Blocks while it
 * measures. Throws DATA_UNREADABLE, TARGET_FAILED or STORE_FULL.
 */
export function advise(db: Database, statements: readonly Statement[], options: AdviseOptions = {}): Advice {
  const { budgetMs = limits.budgetMs, dropUnused = false, seed = 1, progress = () => {} } = options
  const start = performance.now()
  const schema = readSchema(db)
  const reviews = review(db, statements)
  const warnings: string[] = []
  progress('copy', 0, 1)
  const clone = cloneDatabase(db)
  const whatIf = openWhatIf(db)
  try {
    const arms = [clone.openArm(), clone.openArm()] as const
    for (const { db: arm } of arms) arm.exec('ANALYZE')
    whatIf.copyStatistics(arms[0].db)
    const { replays, inserts, problems } = playable(arms[0].db, reviews)
    warnings.push(...problems)
    progress('candidates', 0, 1)
    const byTime = replays.map(({ statement }) => statement)
    const held = heldDown(db)
    const proposals = preselect(byTime, schema, whatIf).map((each) => each.filter(({ ddl }) => !held.has(ddl)))
    for (const [ddl, until] of held)
      warnings.push(`${ddl} made a statement slower and was taken back: not tried before ${until}`)
    const candidates = [...new Map(proposals.flat().map((candidate) => [candidate.name, candidate])).values()]
    const buildMs = new Map(candidates.map((candidate) => [candidate.name, timed(() => arms[1].build([candidate]))]))
    whatIf.copyStatistics(arms[1].db)
    arms[1].drop(candidates)
    const bench = openWorkbench({ arms, whatIf, schema, replays, inserts, databaseBytes: clone.bytes, seed })
    const sizes = indexBytes(arms[0].db, [])
    if (!sizes) warnings.push('this SQLite has no dbstat: sizes of indexes are not known, the size budget is not held')
    const { refused, isComplete } = search({
      bench,
      proposals,
      databaseBytes: clone.bytes,
      until: start + budgetMs,
      progress: (done, of) => progress('trials', done, of),
    })
    if (!isComplete)
      warnings.push(
        `${Math.round(budgetMs / 1000)} s were over before all candidates were tried: give it a larger budget`,
      )
    progress('drops', 0, 1)
    const used = new Set(
      replays.flatMap(({ bindings }) =>
        bindings.flatMap((binding) => indexesIn(whatIf.plan(binding, bench.accepted) ?? [])),
      ),
    )
    const drops = findDrops(bench, schema, used, dropUnused)
    progress('proof', 0, 1)
    const { trial, add, drop, objections } = prove(clone.openArm(), arms[1], bench, drops, seed)
    const isChanged = add.length > 0 || drop.length > 0
    const analyze = !isChanged && trial.objection === null && trial.gain >= limits.minGain && trial.interval[0] > 0
    const isAdvised = isChanged || analyze
    return {
      database: db.name,
      databaseBytes: clone.bytes,
      schemaHash: hashOf(schemaDump(db)),
      statements: reviews.map((each) => advised(each, trial, isAdvised)),
      add: add.map((candidate) => addition(candidate, bench, buildMs)),
      drop,
      refused: [...refused, ...objections],
      analyze,
      gain: isAdvised ? trial.gain : 0,
      interval: isAdvised ? trial.interval : [0, 0],
      ...sums(trial, isAdvised),
      warnings,
      wallMs: performance.now() - start,
    }
  } finally {
    whatIf.close()
    clone.close()
  }
}

function timed(work: () => void): number {
  const start = performance.now()
  work()
  return performance.now() - start
}

function addition({ name, table, ddl }: Candidate, bench: Workbench, buildMs: ReadonlyMap<string, number>): Addition {
  const cost = bench.insertUs.get(name)
  return {
    ...{ name, table, ddl },
    bytes: bench.bytes.get(name) ?? 0,
    buildMs: buildMs.get(name) ?? 0,
    insertUs: cost ? [cost.beforeUs, cost.afterUs] : null,
  }
}

function advised({ terms: _, ...each }: Review, trial: Trial, isAdvised: boolean): AdvisedStatement {
  const found = trial.statements.find(({ fingerprint }) => fingerprint === each.statement.fingerprint)
  if (!found) return { ...each, beforeUs: null, afterUs: null, planAfter: each.plan, isAffected: false }
  const { beforeUs, afterUs, planAfter, isAffected } = found
  return isAdvised
    ? { ...each, beforeUs, afterUs, planAfter, isAffected }
    : { ...each, beforeUs, afterUs: beforeUs, planAfter: each.plan, isAffected: false }
}

function sums({ statements }: Trial, isAdvised: boolean): { beforeUs: number; afterUs: number } {
  const of = (side: 'beforeUs' | 'afterUs') => statements.reduce((sum, each) => sum + each.calls * each[side], 0)
  return { beforeUs: of('beforeUs'), afterUs: of(isAdvised ? 'afterUs' : 'beforeUs') }
}
