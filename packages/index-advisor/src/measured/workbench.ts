import { type Random, seededRandom } from '@tenfold/measure'
import type { Candidate } from '../candidates.ts'
import { type Arm, type Buildable, indexBytes } from '../clone.ts'
import { limits } from '../limits.ts'
import type { Proposal } from '../preselect.ts'
import type { Schema } from '../sql/schema.ts'
import type { WhatIf } from '../what-if.ts'
import { openPlayer, type Player, type Replay } from './player.ts'
import { runTrial, type Trial } from './trial.ts'
import { insertUs } from './writes.ts'

/** Two copies of the file, equal at first, and what was measured on them. */
export interface Workbench {
  /** Indexes on both sides. */
  accepted: Candidate[]
  replays: readonly Replay[]
  /** Size of each candidate that was ever built, bytes. */
  bytes: Map<string, number>
  /** Insert µs a row before and after, by candidate: measured once. */
  insertCost(proposal: Proposal): { beforeUs: number; afterUs: number }
  /** What the workload would take with the proposal too, µs. A ranking, not a claim. */
  estimate(proposal: Proposal): number
  /** Builds it on one side, compares, and takes it down again. */
  tryAdding(proposal: Proposal): Trial
  accept(proposal: Proposal): void
  /** Drops it on one side and compares; it stays away on both when `isWanted` says so, else comes back. */
  tryDropping(index: Buildable & { table: string }, isWanted: (trial: Trial) => boolean): Trial
}

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

export function openWorkbench({ arms, whatIf, schema, replays, inserts, databaseBytes, seed }: WorkbenchInput): Workbench {
  const random: Random = seededRandom(seed)
  const [a, b] = arms.map(({ db }) => openPlayer(db)) as [Player, Player]
  const accepted: Candidate[] = []
  const bytes = new Map<string, number>()
  const timesUs = new Map<string, number>()
  const costs = new Map<string, { beforeUs: number; afterUs: number }>()
  const insertedInto = (candidate: Candidate) => inserts.get(candidate.table.toLowerCase()) ?? 0

  // the time of a statement follows from its plan, that of a write also from the indexes it keeps up to date
  const planKey = ({ statement, bindings, terms }: Replay, extra: readonly Candidate[]): string => {
    const present = [...accepted, ...extra]
    const plans = bindings.slice(0, limits.rankingRuns).map((binding) => whatIf.plan(binding, present)?.join('\n'))
    const kept = present.filter(({ table }) => terms.verb !== 'select' && table === terms.target).map(({ name }) => name)
    return [statement.fingerprint, ...plans, ...kept].join('\n\n')
  }
  const build = (proposal: Proposal) => {
    arms[1].build(proposal)
    const sizes = indexBytes(b.db, proposal.map(({ name }) => name))
    for (const { name } of proposal) bytes.set(name, sizes?.get(name) ?? 0)
  }
  const names = (proposal: Proposal) => proposal.map(({ name }) => name)
  const missing = (proposal: Proposal) => proposal.filter(({ name }) => !accepted.some((each) => each.name === name))
  const measureCost = (proposal: Proposal) => {
    const key = names(proposal).join(' ')
    const known = costs.get(key)
    if (known) return known
    const sum = { beforeUs: 0, afterUs: 0 }
    for (const table of new Set(proposal.map(({ table: each }) => each.toLowerCase()))) {
      const cost = insertUs(a.db, b.db, schema.get(table)!)
      if (!cost) continue
      sum.beforeUs += cost.beforeUs
      sum.afterUs += cost.afterUs
    }
    costs.set(key, sum)
    return sum
  }
  const writesUs = (proposal: Proposal) => {
    const written = proposal.filter((candidate) => insertedInto(candidate) > 0)
    if (written.length === 0) return { before: 0, after: 0 }
    const { beforeUs, afterUs } = measureCost(proposal)
    const rows = Math.max(...written.map(insertedInto))
    return { before: rows * beforeUs, after: rows * afterUs }
  }
  const baseUs = new Map(replays.map((replay) => [replay, a.typicalUs(replay)]))
  for (const [replay, us] of baseUs) timesUs.set(planKey(replay, []), us)
  const trial = (left: Player, right: Player, cost: { before: number; after: number }) =>
    runTrial({ a: left, b: right, replays, knownUs: baseUs, writesUs: cost, random })

  return {
    accepted,
    replays,
    bytes,
    insertCost: measureCost,
    estimate(proposal) {
      const extra = missing(proposal)
      const keys = replays.map((replay) => planKey(replay, extra))
      const unknown = replays.filter((_, i) => !timesUs.has(keys[i]!))
      const isWritten = extra.some((candidate) => insertedInto(candidate) > 0 && !costs.has(names(extra).join(' ')))
      let cost = { before: 0, after: 0 }
      if (unknown.length > 0 || isWritten) {
        build(extra)
        for (const replay of unknown) timesUs.set(keys[replays.indexOf(replay)]!, b.typicalUs(replay))
        cost = writesUs(extra)
        arms[1].drop(extra)
      } else cost = writesUs(extra)
      const reads = replays.reduce((us, replay, i) => us + replay.statement.calls * timesUs.get(keys[i]!)!, 0)
      const size = extra.reduce((sum, { name }) => sum + (bytes.get(name) ?? 0), 0)
      // among equals the smaller one
      return (reads + cost.after - cost.before) * (1 + (0.02 * size) / databaseBytes)
    },
    tryAdding(proposal) {
      const extra = missing(proposal)
      build(extra)
      const result = trial(a, b, writesUs(extra))
      measureCost(extra)
      arms[1].drop(extra)
      return result
    },
    accept(proposal) {
      const extra = missing(proposal)
      for (const arm of arms) arm.build(extra)
      accepted.push(...extra)
      for (const replay of replays) {
        const key = planKey(replay, [])
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
