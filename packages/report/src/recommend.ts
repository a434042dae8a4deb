import { type Handoff, phaseIds, type SampleLine, type Verdict } from '@tenfold/contracts'
import { at, type Handoffs, lastLook, listAt, numberAt, valuesOf } from './evidence.ts'
import { hitRates } from './target-caches.ts'
import { growthOf, killed, tellsOfKill } from './target-memory.ts'
import { bytesText, changeText, countText, percentText, ratioText } from './words.ts'

/** What the measurements of this run say to do next, most telling first; nothing that they do not say. */
export function recommend(handoffs: Handoffs, samples: readonly SampleLine[]): string[] {
  return [
    ...killed(handoffs).map((kill) => `Give that setting more memory or leave it out: ${clipped(kill)}.`),
    ...bottleneck(handoffs),
    ...limits(handoffs.tuner),
    ...idle(handoffs.tuner),
    ...unproven(handoffs),
    ...accelerator(handoffs.metal),
    ...caches(handoffs),
    ...growth(handoffs),
    ...tail(samples),
    ...warnings(handoffs),
  ]
}

function bottleneck({ profiler, tuner }: Handoffs): string[] {
  const top = at(profiler.details, 'before', 'bottlenecks', 0)
  const [share, ms] = [numberAt(top, 'share'), numberAt(top, 'ms')]
  if (share === undefined || ms === undefined) return []
  const untouched = listAt(top, 'knobs').filter((knob) => !Object.hasOwn(tuner.changes, String(knob)))
  const reach = untouched.length > 0 ? `, so try ${untouched.join(', ')} next` : ''
  const article = at(top, 'of') === 'answer' ? 'an answer' : 'a question'
  return [
    `In the first system ${at(top, 'stage')} took ${percentText(share)} of ${article} (${ms.toFixed(1)} ms), because ${at(top, 'cause')}: changes anywhere else could save at most ${percentText(1 - share)}${reach}.`,
  ]
}

function limits(tuner: Handoff): string[] {
  const look = lastLook(tuner)
  const broken = listAt(look, 'bottlenecks').map(String)
  const facts: Record<string, () => string> = {
    memory: () => `memory in use is ${percentText(numberAt(look, 'metrics', 'memoryShare') ?? 0)} of the machine's`,
    generation: () =>
      `answers come at ${(numberAt(look, 'metrics', 'tokensPerSecond') ?? 0).toFixed(1)} tokens a second`,
    retrieval: () => `p95 of a question is ${(numberAt(look, 'metrics', 'retrievalMs') ?? 0).toFixed(0)} ms`,
  }
  const goals: Record<string, string> = {
    memory: 'memoryShare',
    generation: 'tokensPerSecond',
    retrieval: 'retrievalMs',
  }
  return broken.flatMap((name) => {
    const fact = facts[name]
    return fact
      ? [`The final system still breaks the ${name} limit of ${at(look, 'limits', goals[name] ?? '')}: ${fact()}.`]
      : []
  })
}

/** Accepted changes that the final system does not need. */
function idle(tuner: Handoff): string[] {
  const alone = new Map<string, Verdict[]>()
  for (const verdict of tuner.verdicts) {
    if (verdict.role !== 'leave-one-out') continue
    const name = changeText(verdict.change)
    alone.set(name, [...(alone.get(name) ?? []), verdict])
  }
  return [...alone].flatMap(([name, verdicts]) => {
    const worse = verdicts.find((verdict) => verdict.verdict === 'slower')
    if (worse)
      return [
        `Take back ${name}: without it the final system is better on ${worse.metric} (${ratioText(1 / worse.ratio)}).`,
      ]
    const needless = verdicts.every((verdict) => verdict.verdict === 'equivalent')
    return needless
      ? [
          `Drop ${name} for simplicity: without it the final system is equivalent on ${verdicts.map(({ metric }) => metric).join(' and ')}.`,
        ]
      : []
  })
}

/** Changes that looked like a gain of this much or more, but were not decided. */
const promising = 0.95

function unproven(handoffs: Handoffs): string[] {
  const profile = handoffs.tuner.conditions.profile
  const longer =
    profile === 'full' ? 'on a quieter machine' : `with TENFOLD_PROFILE=${profile === 'quick' ? 'standard' : 'full'}`
  const isKept = (change: Verdict['change']) =>
    Object.entries(change).every(([key, value]) => handoffs.tuner.config[key] === value)
  const open = phaseIds
    .flatMap((phase) => handoffs[phase].verdicts)
    .filter(
      ({ role, verdict, ratio, change }) =>
        role === 'candidate' && verdict === 'undecided' && ratio <= promising && !isKept(change),
    )
  return open.map(
    ({ change, metric, ratio, forks }) =>
      `Run again ${longer} to decide ${changeText(change)}: ${ratioText(ratio)} on ${metric}, undecided after ${countText(forks, 'fork')}.`,
  )
}

function accelerator({ details, config }: Handoff): string[] {
  const probes = listAt(details, 'before', 'probes')
  const adopted = config['metal.encoderDevice'] !== 'cpu' || config['metal.generatorDevice'] !== 'cpu'
  if (adopted || probes.length === 0) return []
  const of = (status: string) => probes.filter((probe) => at(probe, 'status') === status)
  const present = of('present-unusable')
  if (present.length > 0) {
    const said = present
      .map((probe) => `${at(probe, 'requested')} for the ${at(probe, 'role')} (${at(probe, 'reason')})`)
      .join('; ')
    return [`An accelerator is listed but could not be used: ${said}.`]
  }
  const absent = of('unavailable').length === probes.length
  return absent
    ? [
        `No accelerator was found among ${probes.map((probe) => at(probe, 'requested')).join(', ')}: run the metal phase again on a machine that has one.`,
      ]
    : []
}

/** A gap to the bound worth a sentence. */
const gap = 0.05

function caches({ tuner, cache }: Handoffs): string[] {
  const { tune, bound } = hitRates(tuner, cache)
  if (tune === undefined || bound === undefined || bound - tune <= gap) return []
  const sameEntries = numberAt(lastLook(cache), 'clairvoyantHitRate', 'sameEntries') ?? 0
  const said = `The caches answered ${percentText(tune, 1)} of the tune stream where ${percentText(bound, 1)} is possible`
  const fits = bound - sameEntries <= gap
  return [
    fits
      ? `${said} with as many entries, so their number is not what limits them.`
      : `${said}: that takes more than ${cache.config['cache.queryEntries']} entries.`,
  ]
}

function growth(handoffs: Handoffs): string[] {
  const found = growthOf(handoffs)
  if (!found || found.interval[0] <= 0) return []
  return [
    `Memory grew by ${bytesText(found.bytesPerQuery)} a question over ${found.queries} questions: compare heap snapshots before running without restarts.`,
  ]
}

function tail(samples: readonly SampleLine[]): string[] {
  const n = valuesOf(samples, 'after/query.ms')?.length
  return n !== undefined && n < 400 ? [`Time 400 questions or more for a claim about p95: this run timed ${n}.`] : []
}

function warnings(handoffs: Handoffs): string[] {
  return phaseIds.flatMap((phase) => {
    const [first, ...more] = handoffs[phase].warnings.filter((warning) => !tellsOfKill(warning))
    if (!first) return []
    return [
      `Look at what the ${phase} phase warned of: ${clipped(first)}${more.length > 0 ? ` (and ${more.length} more)` : ''}.`,
    ]
  })
}

const longest = 200

/** A message as part of a sentence: one line, no full stop, not longer than a person reads. */
function clipped(message: string): string {
  const line = message.replace(/\s+/g, ' ').trim().replace(/\.+$/, '')
  return line.length > longest ? `${line.slice(0, longest)}…` : line
}
