import {
  type Config,
  defaultConfig,
  isInDomain,
  isMetricName,
  type KnobKey,
  knobs,
  type Patch,
  phaseIds,
  profiles,
  workloadOf,
} from '@tenfold/contracts'
import type { Evidence, Phase, Trial } from './phase.ts'

export interface PhaseLaw {
  name: string
  /** Throws when the phase breaks the law. `facts` is what its `inspect` could find; nothing when left out. */
  check(phase: Phase, facts?: Record<string, unknown>): void
}

function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

/** Far more settings than any budget tries. */
const mostSteps = 200

type Fate = 'neutral' | 'better' | 'worse' | 'infeasible' | 'failed'
const fates: Fate[] = ['neutral', 'better', 'worse', 'infeasible', 'failed']

/** The trial `patch` becomes when every trial has this fate; `better` gains a little more each time. */
function trialOf(patch: Patch, fate: Fate, index: number, { goals, guards }: Phase): Trial {
  if (fate === 'failed') return { patch, state: 'failed', ratios: {}, losses: {}, error: 'planted' }
  const ratio = { neutral: 1, better: 0.8 ** (index + 1), worse: 1.5, infeasible: 0.5 }[fate]
  return {
    patch,
    state: 'measured',
    ratios: Object.fromEntries(goals.map(({ metric }) => [metric, ratio])),
    losses: Object.fromEntries(
      guards.map(({ metric, operator, margin }) => {
        const beyond = operator === '>=' ? -margin - 1 : margin + 1
        return [metric, fate === 'infeasible' ? beyond : 0]
      }),
    ),
  }
}

/** Every proposal of a search in which all trials have the same fate, with the evidence it was made on. */
function* proposals(phase: Phase, facts: Record<string, unknown>): Generator<{ patch: Patch; evidence: Evidence }> {
  for (const profile of Object.values(profiles)) {
    for (const incumbent of [defaultConfig, lastLevels(phase)]) {
      for (const fate of fates) {
        const trials: Trial[] = []
        for (;;) {
          const evidence = { incumbent, trials: [...trials], facts, profile, accepted: [], seed: 1 }
          const patch = phase.propose?.(evidence)
          if (!patch) break
          hold(trials.length < mostSteps, `${phase.id} goes on after ${mostSteps} ${fate} trials`)
          yield { patch, evidence }
          trials.push(trialOf(patch, fate, trials.length, phase))
        }
      }
    }
  }
}

/** A configuration in which this phase has already found everything. */
function lastLevels({ knobs: own }: Phase): Config {
  return { ...defaultConfig, ...Object.fromEntries(own.map((key) => [key, knobs[key].levels.at(-1)])) } as Config
}

/** What every phase must keep, built in or somebody's own. Run by tests, and by anybody writing a phase. */
export const phaseLaws: PhaseLaw[] = [
  {
    name: 'its knobs are in the table, each once',
    check({ knobs: own }) {
      for (const key of own) hold(Object.hasOwn(knobs, key), `${key} is no knob`)
      hold(new Set(own).size === own.length, `a knob is listed twice: ${own.join(', ')}`)
      hold(!own.some((key) => key.startsWith('rag.')), 'rag.* belongs to the owner of the system')
    },
  },
  {
    name: 'it reads earlier phases only, each once',
    check({ id, reads }) {
      for (const phase of reads) hold(phaseIds.indexOf(phase) < phaseIds.indexOf(id), `${id} reads ${phase}`)
      hold(new Set(reads).size === reads.length, `a phase is read twice: ${reads.join(', ')}`)
      hold(id === 'baseline' || reads.includes('baseline'), `${id} does not read the baseline`)
    },
  },
  {
    name: 'goals and guards name known metrics, each once, with limits that can be met and missed',
    check({ goals, guards }) {
      for (const list of [goals, guards]) {
        for (const { metric } of list) hold(isMetricName(metric), `${metric} is no metric`)
        hold(new Set(list.map(({ metric }) => metric)).size === list.length, 'a metric is named twice')
      }
      for (const { metric, minEffect } of goals)
        hold(minEffect > 0 && minEffect < 1, `${metric}: minEffect ${minEffect}`)
      for (const { metric, margin } of guards) hold(margin >= 0, `${metric}: margin ${margin}`)
    },
  },
  {
    name: 'every goal can be reached by one of its knobs, and every knob reaches a goal',
    check({ goals, knobs: own, propose }) {
      const workloads = goals.map(({ metric }) => workloadOf(metric))
      const reached = new Set(own.flatMap((key) => [...knobs[key].affects]))
      for (const workload of workloads) hold(reached.has(workload), `no knob affects ${workload}`)
      if (propose) hold(goals.length > 0 && own.length > 0, 'it proposes without goals or knobs')
    },
  },
  {
    name: 'a phase whose knobs may change results guards quality',
    check({ knobs: own, guards }) {
      const lossy = own.filter((key) => knobs[key].lossy)
      const guarded = guards.some(({ metric }) => metric.startsWith('quality.'))
      hold(lossy.length === 0 || guarded, `${lossy.join(', ')} may change results, and nothing guards them`)
    },
  },
  {
    name: 'propose is pure: the same evidence twice gives the same patch, and the evidence stays as it was',
    check(phase, facts = {}) {
      for (const { patch, evidence } of proposals(phase, facts)) {
        const before = JSON.stringify(evidence)
        const again = phase.propose?.(structuredClone(evidence))
        hold(JSON.stringify(again) === JSON.stringify(patch), `${JSON.stringify(patch)} then ${JSON.stringify(again)}`)
        phase.propose?.(evidence)
        hold(JSON.stringify(evidence) === before, `the evidence was changed: ${before} to ${JSON.stringify(evidence)}`)
      }
    },
  },
  {
    name: 'propose keeps to its own knobs, within range, and always changes something',
    check(phase, facts = {}) {
      for (const { patch, evidence } of proposals(phase, facts)) {
        const keys = Object.keys(patch) as KnobKey[]
        hold(keys.length > 0, 'an empty proposal')
        for (const key of keys) {
          hold(phase.knobs.includes(key), `${key} is not a knob of ${phase.id}`)
          hold(isInDomain(knobs[key].domain, patch[key]), `${key} = ${patch[key]} is out of range`)
          hold(patch[key] !== evidence.incumbent[key], `${key} = ${patch[key]} is what the incumbent has`)
        }
      }
    },
  },
  {
    name: 'propose tries nothing twice, and comes to an end',
    check(phase, facts = {}) {
      for (const { patch, evidence } of proposals(phase, facts)) {
        const keyOf = (tried: Patch) => JSON.stringify(Object.entries(tried).sort())
        const repeated = evidence.trials.some((trial) => keyOf(trial.patch) === keyOf(patch))
        hold(!repeated, `${JSON.stringify(patch)} was tried before`)
      }
    },
  },
]
