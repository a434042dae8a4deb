import { median } from '@tenfold/measure'
import type { Candidate } from '../../src/candidates.ts'
import type { Buildable, Clone } from '../../src/clone.ts'
import { openPlayer, type Replay } from '../../src/measured/player.ts'
import type { WhatIf } from '../../src/what-if.ts'

export interface Exhaustive {
  noneUs: number
  bestUs: number
  advisedUs: number
  subsets: number
}

/**
 * The best of every set of the candidates. The time of a statement follows from its plan, so each plan is measured once, on a copy that
 * has that set; the sets themselves are planned on the database without rows.
 */
export function exhaustive(input: {
  clone: Clone
  whatIf: WhatIf
  replays: readonly Replay[]
  candidates: readonly Candidate[]
  advised: readonly string[]
}): Exhaustive {
  const { clone, whatIf, replays, candidates, advised } = input
  const arm = clone.openArm()
  arm.db.exec('ANALYZE')
  arm.build(candidates)
  whatIf.copyStatistics(arm.db)
  arm.drop(candidates)
  const player = openPlayer(arm.db)
  const times = new Map<string, number>()
  const keyOf = (replay: Replay, set: readonly Candidate[]) =>
    [
      replay.statement.fingerprint,
      ...replay.bindings.slice(0, 3).map((binding) => whatIf.plan(binding, set)?.join('\n')),
    ].join('\n\n')
  const timesOf = (set: readonly Candidate[]): number => {
    const keys = replays.map((replay) => keyOf(replay, set))
    const unknown = replays.filter((_, i) => !times.has(keys[i]!))
    if (unknown.length > 0) {
      arm.build(set)
      for (const replay of unknown) {
        const runs = Array.from({ length: 5 }, () => player.typicalUs(replay))
        times.set(keys[replays.indexOf(replay)]!, median(runs))
      }
      arm.drop(set)
    }
    return replays.reduce((us, { statement }, i) => us + statement.calls * times.get(keys[i]!)!, 0)
  }
  let bestUs = Number.POSITIVE_INFINITY
  const subsets = 2 ** candidates.length
  for (let i = 0; i < subsets; i++) {
    // neighbours in Gray's order differ by one index
    const gray = i ^ (i >> 1)
    bestUs = Math.min(bestUs, timesOf(candidates.filter((_, bit) => gray & (1 << bit))))
  }
  const isAdvised = ({ name }: Candidate) => advised.includes(name)
  return { noneUs: timesOf([]), bestUs, advisedUs: timesOf(candidates.filter(isAdvised)), subsets }
}

/** Weighted µs of the workload with other indexes in place, measured in turn with the file as it is: [given, other]. */
export function sideBySide(
  clone: Clone,
  replays: readonly Replay[],
  sides: readonly (readonly Buildable[])[],
): { perStatement: number[][]; totals: number[] } {
  const players = sides.map((indexes) => {
    const arm = clone.openArm()
    arm.build(indexes)
    arm.db.exec('ANALYZE')
    return openPlayer(arm.db)
  })
  const rounds = Array.from({ length: 5 }, (_, round) =>
    replays.map((replay) => {
      const order = players.map((_, i) => (i + round) % players.length)
      const taken = players.map(() => 0)
      for (const i of order) taken[i] = players[i]!.typicalUs(replay)
      return taken
    }),
  )
  const perStatement = replays.map((_, r) => players.map((_, p) => median(rounds.map((round) => round[r]![p]!))))
  const totals = players.map((_, p) =>
    replays.reduce((us, { statement }, r) => us + statement.calls * perStatement[r]![p]!, 0),
  )
  return { perStatement, totals }
}
