import { mean, meanRatioInterval, median, type Random } from '@tenfold/measure'
import { limits } from '../limits.ts'
import { planOf } from '../sql/plan.ts'
import type { Binding } from '../statements.ts'
import { type Player, type Replay, repeatsFor } from './player.ts'

/** One statement on both sides, µs of a call. */
interface Compared {
  fingerprint: string
  calls: number
  beforeUs: number
  afterUs: number
  planBefore: string[]
  planAfter: string[]
  /** Its plan is another one with some of its values. */
  isAffected: boolean
}

export interface Trial {
  statements: Compared[]
  /** Share of the time of the workload that is saved, with its 95 % interval. */
  gain: number
  interval: [number, number]
  /** Why the change must not be made, whatever it gains. */
  objection: string | null
}

export interface TrialInput {
  a: Player
  b: Player
  replays: readonly Replay[]
  /** µs of a call on side a, where it was measured already. */
  knownUs: ReadonlyMap<Replay, number>
  /** What the change costs or saves in all inserts of the workload, µs. */
  writesUs: { before: number; after: number }
  random: Random
  /** Answers of side a so far: no index may change them, so each is asked for once. */
  answers: Answers
  /** Executions of a statement whose answers are compared. */
  compared: number
}

export type Answers = Map<Binding, string>

/** How many values are planned with to see whether a plan changes: statistics can make it depend on them. */
const planned = 4

/** Both sides in turn, in coin order, on the same values; a statement whose plan stays is not run again. */
export function runTrial(input: TrialInput): Trial {
  const { a, b, replays, knownUs, writesUs, random } = input
  const affected = replays.filter((replay) => isAffected(a, b, replay))
  const objections = affected.flatMap((replay) => differingAnswer(input, replay) ?? [])
  if (objections.length > 0) return { statements: [], gain: 0, interval: [0, 0], objection: objections[0]! }
  const samples = new Map(affected.map((replay) => [replay, pairsOf(a, b, replay, random)]))
  const statements = replays.map((replay) => {
    const pairs = samples.get(replay)
    const known = knownUs.get(replay) ?? 0
    return {
      fingerprint: replay.statement.fingerprint,
      calls: replay.statement.calls,
      beforeUs: pairs ? mean(pairs.map(([us]) => us)) : known,
      afterUs: pairs ? mean(pairs.map(([, us]) => us)) : known,
      planBefore: planOf(a.db, replay.bindings[0]!),
      planAfter: planOf(b.db, replay.bindings[0]!),
      isAffected: pairs !== undefined,
    }
  })
  const sum = (side: 0 | 1) =>
    Array.from({ length: limits.pairs }, (_, pair) =>
      replays.reduce(
        (us, replay) => us + replay.statement.calls * (samples.get(replay)?.[pair]?.[side] ?? knownUs.get(replay) ?? 0),
        side === 0 ? writesUs.before : writesUs.after,
      ),
    )
  const [before, after] = [sum(0), sum(1)]
  // a workload that takes no time has nothing to gain
  const [low, high] = mean(before) > 0 ? meanRatioInterval(before, after) : [1, 1]
  const slower = affected.find((replay) => isSlower(samples.get(replay)!))
  return {
    statements,
    gain: mean(before) > 0 ? 1 - mean(after) / mean(before) : 0,
    interval: [1 - high, 1 - low],
    objection: slower ? `makes a statement slower: ${slower.statement.fingerprint}` : null,
  }
}

function isAffected(a: Player, b: Player, { bindings, terms }: Replay): boolean {
  // a write keeps indexes up to date, whatever its plan
  if (terms.verb !== 'select') return true
  return bindings
    .slice(0, planned)
    .some((binding) => planOf(a.db, binding).join('\n') !== planOf(b.db, binding).join('\n'))
}

/** By its median over the pairs: more than the share and more than the time allowed. */
function isSlower(pairs: readonly (readonly [number, number])[]): boolean {
  const ratio = median(pairs.map(([before, after]) => after / before))
  const us = median(pairs.map(([before, after]) => after - before))
  return ratio > 1 + limits.slowerShare && us > limits.slowerUs
}

/** The next few of the executions kept: their times may differ by orders of magnitude, and every pair should hold all kinds. */
const bindingsOf = ({ bindings }: Replay, pair: number, count: number): Binding[] =>
  Array.from({ length: Math.min(count, bindings.length) }, (_, i) => bindings[(pair * count + i) % bindings.length]!)

type Pairs = (readonly [number, number])[]

function pairsOf(a: Player, b: Player, replay: Replay, random: Random): Pairs {
  const first = replay.bindings[0]!
  const firstUs = [a, b].map((player) => Math.min(player.timeUs(replay, first, 1), player.timeUs(replay, first, 1)))
  const [beforeUs, afterUs] = firstUs as [number, number]
  const isHopeless = afterUs > limits.hopelessRatio * beforeUs && afterUs - beforeUs > limits.slowUs
  if (isHopeless) return Array.from({ length: limits.pairs }, () => [beforeUs, afterUs] as const)
  return Array.from({ length: limits.pairs }, (_, pair) => {
    const sample = (side: 0 | 1) => {
      const player = [a, b][side]!
      const isSlow = firstUs[side]! > limits.slowUs
      const group = bindingsOf(replay, pair, firstUs.some((us) => us > limits.slowUs) ? 1 : limits.groupedBindings)
      const repeats = repeatsFor(firstUs[side]! * group.length)
      const once = () => mean(group.map((binding) => player.timeUs(replay, binding, repeats)))
      // the smaller of two: what runs beside it only ever adds time
      return isSlow ? once() : Math.min(once(), once())
    }
    if (random() < 0.5) {
      const before = sample(0)
      return [before, sample(1)]
    }
    const after = sample(1)
    return [sample(0), after]
  })
}

function differingAnswer({ a, b, answers, compared, knownUs }: TrialInput, replay: Replay): string | undefined {
  const most = (knownUs.get(replay) ?? 0) > limits.slowUs ? Math.min(compared, limits.slowBindings) : compared
  const expected = (binding: Binding): string => {
    const answer = answers.get(binding) ?? a.answer(replay, binding)
    answers.set(binding, answer)
    return answer
  }
  const found = replay.bindings.slice(0, most).find((binding) => expected(binding) !== b.answer(replay, binding))
  // random() and the like differ from themselves
  if (!found || a.answer(replay, found) !== expected(found)) return undefined
  const why = replay.terms.isOrdered ? ' (rows of equal rank in ORDER BY: end it with a unique column)' : ''
  return `changes the answer of a statement${why}: ${replay.statement.fingerprint}`
}
