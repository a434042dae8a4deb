import { type Handoff, phaseIds, type Verdict } from '@tenfold/contracts'
import { formatMetric } from '@tenfold/phase-kit'
import type { Handoffs } from '../evidence.ts'
import { ratioAxis, ratioMark } from '../svg/ratio.ts'
import { logScale, ratioRange } from '../svg/scale.ts'
import { changeText, countText, intervalText, ratioText, verdictWord } from '../words.ts'
import { html, type Markup, type Part, section, table } from './html.ts'

interface Row {
  name: Part
  verdict: Verdict
}

/** Every comparison that led to a decision, and what each accepted change is worth by itself. */
export function verdictSections(handoffs: Handoffs): Markup {
  const { tuner } = handoffs
  const totals = ofRole(tuner, 'total').map((verdict) => ({ name: 'all changes together', verdict }))
  const candidates = phaseIds.flatMap((phase) =>
    ofRole(handoffs[phase], 'candidate').map((verdict) => ({
      name: `${phase} phase: ${changeText(verdict.change)}`,
      verdict,
    })),
  )
  const alone = ofRole(tuner, 'leave-one-out').map((verdict) => ({ name: changeText(verdict.change), verdict }))
  return html`${section(
    'comparisons',
    'Comparisons',
    html`<p>Left of the line at 1 the change is better. Lines are confidence intervals, hollow dots undecided comparisons, the shaded band the margin inside
which no difference is claimed. Both sides were measured in turn, on questions no search had seen.</p>`,
    forest([...totals, ...candidates], 'nothing was compared: no change looked better on the tune questions'),
  )}${section(
    'worth',
    'What each change is worth',
    html`<p>The final system against itself without that one change: left of 1, the change is still needed.</p>`,
    forest(alone, 'no change was accepted, so there is none to leave out'),
  )}`
}

const ofRole = ({ verdicts }: Handoff, role: Verdict['role']) => verdicts.filter((verdict) => verdict.role === role)

function forest(rows: readonly Row[], nothing: string): Markup {
  if (rows.length === 0) return html`<p class="soft">${nothing}</p>`
  const [low, high] = ratioRange(
    rows.flatMap(({ verdict }) => [verdict.ratio, ...verdict.interval.filter((bound) => bound !== null)]),
  )
  const scale = logScale(low, high)
  const cells = ({ name, verdict }: Row): Part[] => [
    html`<span class="cell"><code class="whole">${verdict.metric}</code><span class="why">${name}</span></span>`,
    ratioMark(verdict, scale),
    html`<span class="cell whole">${ratioText(verdict.ratio)}<span class="why">${intervalText(verdict.interval)}</span></span>`,
    html`<span class="cell whole">${formatMetric(verdict.metric, verdict.beforeP50)} →<br>${formatMetric(verdict.metric, verdict.afterP50)}</span>`,
    html`<span class="cell whole">${verdictWord(verdict)}<span class="why">${countText(verdict.forks, 'fork')}</span></span>`,
  ]
  const head = ['Metric and change', 'After ÷ before', 'Ratio', 'Medians', 'Verdict']
  return table(head, [['', ratioAxis(low, high, scale), '', '', ''], ...rows.map(cells)], 'plot forest')
}
