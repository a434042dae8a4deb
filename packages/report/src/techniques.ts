import { type Handoff, type Knob, knobs, type PhaseId, phaseIds, type Verdict } from '@tenfold/contracts'
import { formatMetric } from '@tenfold/phase-kit'
import type { Handoffs } from './evidence.ts'
import { code, escaped, table } from './markdown-table.ts'
import { changeText, countText, intervalText, ratioText, verdictWord } from './words.ts'

export const techniquesFile = 'docs/techniques.md'

/** Every technique that was put to the proof, with its figures before and after (S0-8), as Markdown; derived from handoffs alone. */
export function techniquesMarkdown(handoffs: Handoffs): string {
  const { runId, conditions } = handoffs.tuner
  const { machine, runtime, profile, data } = conditions
  return `${[
    '# Techniques',
    '',
    'Every change that was put to the proof in the last run, with its figures before and after. Written by the run itself: do not edit.',
    '',
    `Run ${code(runId)}, profile ${escaped(profile)}, ${escaped(data.name)} (${countText(data.docs, 'document')}), ${escaped(machine.cpu)}, ${countText(machine.cores, 'core')}, ${escaped(runtime)}.`,
    'Both sides were measured in turn, on questions no search had seen; ratios below 1 are better. `undecided` is not rounded.',
    ...phaseIds.flatMap((phase) => phaseLines(phase, handoffs[phase])),
    ...worthLines(handoffs.tuner),
  ].join('\n')}\n`
}

function phaseLines(phase: PhaseId, handoff: Handoff): string[] {
  const tried = new Map<string, Verdict[]>()
  for (const verdict of handoff.verdicts.filter(({ role }) => role === 'candidate')) {
    const name = changeText(verdict.change)
    tried.set(name, [...(tried.get(name) ?? []), verdict])
  }
  if (tried.size === 0) return []
  return ['', `## ${phase}`, ...[...tried.values()].flatMap((verdicts) => techniqueLines(verdicts, handoff))]
}

function techniqueLines(verdicts: readonly Verdict[], handoff: Handoff): string[] {
  const change = Object.entries(verdicts[0]?.change ?? {})
  const kept = change.every(([key, value]) => handoff.config[key] === value)
  const settings = change.map(([key, to]) => {
    // a change that was not kept left the setting as it was
    const from = handoff.changes[key]?.from ?? handoff.config[key]
    const knob = (knobs as Record<string, Knob | undefined>)[key]
    const about = knob ? `: ${escaped(knob.about)}` : ''
    return `- ${code(key)} ${escaped(String(from))} → **${escaped(String(to))}**${about}`
  })
  return ['', kept ? '### Kept' : '### Not kept', '', ...settings, '', ...verdictTable(verdicts)]
}

/** The final system against itself without one change: what the change is worth where it ends up. */
function worthLines({ verdicts }: Handoff): string[] {
  const alone = verdicts.filter(({ role }) => role === 'leave-one-out')
  const total = verdicts.filter(({ role }) => role === 'total')
  return [
    ...(total.length > 0 ? ['', '## All together', '', ...verdictTable(total)] : []),
    ...(alone.length > 0
      ? [
          '',
          '## Worth of each change in the final system',
          '',
          'Before is the final system without the change. Small contributions are often undecided in the time given.',
          '',
          ...verdictTable(alone, ({ change }) => changeText(change)),
        ]
      : []),
  ]
}

const verdictTable = (verdicts: readonly Verdict[], name?: (verdict: Verdict) => string): string[] =>
  table(
    [...(name ? ['change'] : []), 'metric', 'before', 'after', 'after ÷ before', 'forks', 'verdict'],
    [...(name ? [false] : []), false, true, true, true, true, false],
    verdicts.map((verdict) => [
      ...(name ? [code(name(verdict))] : []),
      code(verdict.metric),
      escaped(formatMetric(verdict.metric, verdict.beforeP50)),
      escaped(formatMetric(verdict.metric, verdict.afterP50)),
      escaped(`${ratioText(verdict.ratio)} ${intervalText(verdict.interval)}`.trim()),
      String(verdict.forks),
      verdictWord(verdict),
    ]),
  )
