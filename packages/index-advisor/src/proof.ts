import { seededRandom } from '@tenfold/measure'
import type { Candidate } from './candidates.ts'
import type { Arm } from './clone.ts'
import type { Drop } from './drops.ts'
import { limits } from './limits.ts'
import { openPlayer } from './measured/player.ts'
import type { Refusal } from './measured/search.ts'
import { runTrial, type Trial } from './measured/trial.ts'
import type { Workbench } from './measured/workbench.ts'

export interface Proof {
  trial: Trial
  add: Candidate[]
  drop: Drop[]
  /** What had to be taken back. */
  objections: Refusal[]
}

/**
 * All changes together against the file as it is. Where a statement is slower or answers otherwise, the last change is taken back and the
 * rest is compared again.
 */
export function prove(asItIs: Arm, changed: Arm, bench: Workbench, drops: readonly Drop[], seed: number): Proof {
  const a = openPlayer(asItIs.db)
  const b = openPlayer(changed.db)
  const add = [...bench.accepted]
  const drop = [...drops]
  const objections: Refusal[] = []
  const knownUs = new Map(bench.replays.map((replay) => [replay, a.typicalUs(replay)]))
  for (;;) {
    const trial = runTrial({
      ...{ a, b, replays: bench.replays, knownUs, answers: bench.answers },
      writesUs: { before: 0, after: 0 },
      random: seededRandom(seed),
      compared: limits.bindings,
    })
    if (!trial.objection || add.length + drop.length === 0) return { trial, add, drop, objections }
    const restored = drop.pop()
    const removed = restored ? undefined : add.pop()
    if (restored) changed.build([restored])
    if (removed) changed.drop([removed])
    objections.push({
      ddl: [restored ? `DROP INDEX ${restored.name}` : removed!.ddl],
      reason: trial.objection,
      gain: trial.gain,
      interval: trial.interval,
    })
  }
}
