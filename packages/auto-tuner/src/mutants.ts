import { type KnobKey, knobs, type Patch } from '@tenfold/contracts'
import { seededRandom } from '@tenfold/measure'
import { type Evidence, isFeasible, type Phase, scoreOf, type Trial } from '@tenfold/phase-kit'

/** Chance that a mutant re-draws a knob, and trials of a round before the best half is looked at again. */
const redraw = 0.12
const again = 4

/**
 * Mutants of the incumbent; after every few, the best so far becomes what is mutated. Pure: the trials themselves are its memory.
 * Random, model-free search near a good point beat TPE and coordinate descent at small budgets (docs/method.md).
 */
export function proposeMutant(evidence: Evidence, phase: Pick<Phase, 'goals' | 'guards' | 'knobs'>): Patch | undefined {
  const { trials, profile, seed } = evidence
  if (trials.length >= profile.tunerTrials) return undefined
  const seen = new Set(trials.map((trial) => keyOf(trial.patch)))
  const base = trials.length < again ? {} : (bestOf(trials, phase) ?? {})
  const random = seededRandom(seed + trials.length)
  for (let attempt = 0; attempt < 100; attempt++) {
    const patch = mutate(evidence, phase.knobs, base, random)
    if (Object.keys(patch).length > 0 && !seen.has(keyOf(patch))) return patch
  }
  return undefined
}

function mutate({ incumbent, offered }: Evidence, keys: readonly KnobKey[], base: Patch, random: () => number): Patch {
  const patch: Record<string, unknown> = { ...base }
  for (const key of keys) {
    if (random() >= redraw || (offered && !offered.includes(key))) continue
    const { levels } = knobs[key]
    patch[key] = levels[Math.floor(random() * levels.length)]
  }
  return Object.fromEntries(
    Object.entries(patch).filter(([key, value]) => incumbent[key as KnobKey] !== value),
  ) as Patch
}

function bestOf(trials: readonly Trial[], phase: Pick<Phase, 'goals' | 'guards'>): Patch | undefined {
  const feasible = trials.filter((trial) => isFeasible(trial, phase) && scoreOf(trial, phase) < 0)
  return feasible.sort((a, b) => scoreOf(a, phase) - scoreOf(b, phase))[0]?.patch
}

const keyOf = (patch: Patch): string => JSON.stringify(Object.entries(patch).sort(([a], [b]) => (a < b ? -1 : 1)))
