import { type Random, seededRandom } from '@tenfold/measure'
import type { Candidate } from '../candidates.ts'
import { type Arm, type Buildable, indexBytes } from '../clone.ts'
import { limits } from '../limits.ts'
import { type Proposal, usedBy } from '../preselect.ts'
import { isFullScan } from '../sql/plan.ts'
import type { Schema } from '../sql/schema.ts'
import type { WhatIf } from '../what-if.ts'
import { openPlayer, type Player, type Replay } from './player.ts'
import { type Answers, runTrial, type Trial } from './trial.ts'
import { insertUs } from './writes.ts'

/** Two copies of the file, equal at first, and what was measured on them. */
export interface Workbench {
  /** Indexes on both sides. */
  accepted: Candidate[]
  replays: readonly Replay[]
  /** Size of each candidate that was ever built, bytes. */
  bytes: Map<string, number>
  /** µs to insert a row before and after, for each candidate that was tried. */
  insertUs: Map<string, InsertCost>
  answers: Answers
  /** What the workload would take with the proposal, and without what it replaces, µs. A ranking, not a claim. */
  estimate(proposal: Proposal, replaced?: Proposal): number
  /** Would each statement that uses the old one use the new one in its place? */
  canReplace(old: Candidate, by: Candidate): boolean
  /** Would a statement read a whole table without it that it does not read now? */
  preventsScan(index: Candidate): boolean
  /** Changes one side, compares, and changes it back. */
  compare(proposal: Proposal, replaced?: Proposal): Trial
  /** Changes both sides. */
  accept(proposal: Proposal, replaced?: Proposal): void
  /** Drops it on one side and compares; it stays away on both when `isWanted` says so, else comes back. */
  tryDropping(index: Buildable & { table: string }, isWanted: (trial: Trial) => boolean): Trial
}

type InsertCost = { beforeUs: number; afterUs: number }

export interface WorkbenchInput {
  arms: readonly [Arm, Arm]
  whatIf: WhatIf
  schema: Schema
  replays: readonly Replay[]
  /** Lower-case name of a table → rows inserted by the workload. */
  inserts: ReadonlyMap<string, number>
  databaseBytes: number
  seed: number
}

export function openWorkbench({
  arms,
  whatIf,
  schema,
  replays,
  inserts,
  databaseBytes,
  seed,
}: WorkbenchInput): Workbench {
  const random: Random = seededRandom(seed)
  const [a, b] = arms.map(({ db }) => openPlayer(db)) as [Player, Player]
  const accepted: Candidate[] = []
  const bytes = new Map<string, number>()
  const timesUs = new Map<string, number>()
  const costs = new Map<string, InsertCost>()
  const insertedUs = new Map<string, InsertCost>()
  const answers: Answers = new Map()
  const insertedInto = (candidate: Candidate) => inserts.get(candidate.table.toLowerCase()) ?? 0

  // the time of a statement follows from its plan, that of a write also from the indexes it keeps up to date
  const planKey = ({ statement, bindings, terms }: Replay, present: readonly Candidate[]): string => {
    const plans = bindings.slice(0, limits.rankingRuns).map((binding) => whatIf.plan(binding, present)?.join('\n'))
    const kept = present
      .filter(({ table }) => terms.verb !== 'select' && table === terms.target)
      .map(({ name }) => name)
    return [statement.fingerprint, ...plans, ...kept.sort()].join('\n\n')
  }
  /** Does something while one side has the proposal in place of what it replaces. */
  const whileChanged = <T>(proposal: Proposal, replaced: Proposal, work: () => T): T => {
    arms[1].drop(replaced)
    arms[1].build(proposal)
    const sizes = indexBytes(b.db, names(proposal))
    for (const { name } of proposal) bytes.set(name, sizes?.get(name) ?? 0)
    try {
      return work()
    } finally {
      arms[1].drop(proposal)
      arms[1].build(replaced)
    }
  }
  const names = (proposal: Proposal) => proposal.map(({ name }) => name)
  const missing = (proposal: Proposal) => proposal.filter(({ name }) => !accepted.some((each) => each.name === name))
  const keyOf = (proposal: Proposal, replaced: Proposal) => [...names(proposal), '-', ...names(replaced)].join(' ')
  const measureCost = (proposal: Proposal, replaced: Proposal) => {
    const key = keyOf(proposal, replaced)
    const known = costs.get(key)
    if (known) return known
    const sum = { beforeUs: 0, afterUs: 0 }
    for (const table of new Set(proposal.map(({ table: each }) => each.toLowerCase()))) {
      const cost = insertUs(a.db, b.db, schema.get(table)!)
      if (!cost) continue
      for (const { name } of proposal.filter((each) => each.table.toLowerCase() === table)) insertedUs.set(name, cost)
      sum.beforeUs += cost.beforeUs
      sum.afterUs += cost.afterUs
    }
    costs.set(key, sum)
    return sum
  }
  const writesUs = (proposal: Proposal, replaced: Proposal) => {
    const written = proposal.filter((candidate) => insertedInto(candidate) > 0)
    if (written.length === 0) return { before: 0, after: 0 }
    const { beforeUs, afterUs } = measureCost(proposal, replaced)
    const rows = Math.max(...written.map(insertedInto))
    return { before: rows * beforeUs, after: rows * afterUs }
  }
  const baseUs = new Map(replays.map((replay) => [replay, a.typicalUs(replay)]))
  for (const [replay, us] of baseUs) timesUs.set(planKey(replay, []), us)
  const trial = (left: Player, right: Player, cost: { before: number; after: number }) =>
    runTrial({
      ...{ a: left, b: right, replays, knownUs: baseUs, writesUs: cost, random, answers },
      compared: limits.pairs,
    })

  return {
    accepted,
    replays,
    bytes,
    insertUs: insertedUs,
    answers,
    estimate(proposal, replaced = []) {
      const extra = missing(proposal)
      const present = [...accepted.filter((each) => !replaced.includes(each)), ...extra]
      const keys = replays.map((replay) => planKey(replay, present))
      const unknown = replays.filter((_, i) => !timesUs.has(keys[i]!))
      const isWritten = extra.some((candidate) => insertedInto(candidate) > 0) && !costs.has(keyOf(extra, replaced))
      if (unknown.length > 0 || isWritten)
        whileChanged(extra, replaced, () => {
          for (const replay of unknown) timesUs.set(keys[replays.indexOf(replay)]!, b.typicalUs(replay))
          writesUs(extra, replaced)
        })
      const cost = writesUs(extra, replaced)
      const reads = replays.reduce((us, replay, i) => us + replay.statement.calls * timesUs.get(keys[i]!)!, 0)
      const size = present.reduce((sum, { name }) => sum + (bytes.get(name) ?? 0), 0)
      // among equals the smaller one
      return (reads + cost.after - cost.before) * (1 + (0.02 * size) / databaseBytes)
    },
    canReplace(old, by) {
      const swapped = [...accepted.filter((each) => each !== old), by]
      const isUsed = (index: Candidate, replay: Replay, present: readonly Candidate[]) =>
        usedBy(whatIf.plan(replay.bindings[0]!, present) ?? [], [index]).length > 0
      const users = replays.filter((replay) => isUsed(old, replay, accepted))
      return users.length > 0 && users.every((replay) => isUsed(by, replay, swapped))
    },
    preventsScan(index) {
      const without = accepted.filter((each) => each !== index)
      const scans = (replay: Replay, present: readonly Candidate[]) =>
        (whatIf.plan(replay.bindings[0]!, present) ?? []).filter(isFullScan).length
      const now = replays.map((replay) => scans(replay, accepted))
      return replays.some((replay, i) => scans(replay, without) > now[i]!)
    },
    compare(proposal, replaced = []) {
      const extra = missing(proposal)
      return whileChanged(extra, replaced, () => {
        measureCost(extra, replaced)
        return trial(a, b, writesUs(extra, replaced))
      })
    },
    accept(proposal, replaced = []) {
      const extra = missing(proposal)
      for (const arm of arms) {
        arm.drop(replaced)
        arm.build(extra)
      }
      for (const each of replaced) accepted.splice(accepted.indexOf(each), 1)
      accepted.push(...extra)
      for (const replay of replays) {
        const key = planKey(replay, accepted)
        if (!timesUs.has(key)) timesUs.set(key, a.typicalUs(replay))
        baseUs.set(replay, timesUs.get(key)!)
      }
    },
    tryDropping(index, isWanted) {
      arms[1].drop([index])
      const rows = inserts.get(index.table.toLowerCase()) ?? 0
      const cost = rows > 0 ? insertUs(a.db, b.db, schema.get(index.table.toLowerCase())!) : null
      const result = trial(a, b, { before: rows * (cost?.beforeUs ?? 0), after: rows * (cost?.afterUs ?? 0) })
      if (isWanted(result)) {
        arms[0].drop([index])
        const at = accepted.findIndex(({ name }) => name === index.name)
        if (at >= 0) accepted.splice(at, 1)
      } else arms[1].build([index])
      return result
    },
  }
}
