import { type FinalHandoff, phaseFiles } from '@tenfold/contracts'
import { stack } from '../svg/stack.ts'
import { bytesText, durationText, percentText } from '../words.ts'
import { html, type Markup, type Part, section, table, whole } from './html.ts'

const parts = [
  ['workMs', 'measured work', 's0'],
  ['loadMs', 'loading', 's4'],
  ['kitMs', 'Tenfold itself', 's1'],
] as const

/** The phases one after another, and what finding out cost. */
export function timelineSection({ phases }: FinalHandoff): Markup {
  const sum = (key: 'wallMs' | (typeof parts)[number][0]) =>
    phases.reduce((total, { ledger }) => total + ledger[key], 0)
  const total = sum('wallMs')
  const starts = phases.map((_, i) => phases.slice(0, i).reduce((before, { ledger }) => before + ledger.wallMs, 0))
  const rows = phases.map(({ phase, outcome, reason, ledger }, i): Part[] => {
    const label = `${phase}: ${durationText(ledger.wallMs)}, ${parts.map(([key, name]) => `${name} ${durationText(ledger[key])}`).join(', ')}`
    const bars = parts.map(([key, name, style]) => ({ name, value: ledger[key], style }))
    return [
      html`<span class="cell whole"><b>${phase}</b> <span class="soft">${phaseFiles[phase].replace('phase_', '').replace('_', '.')}</span></span>`,
      stack(bars, { label, total, offset: starts[i]!, height: 14 }),
      whole(durationText(ledger.wallMs)),
      percentText(ledger.wallMs > 0 ? ledger.kitMs / ledger.wallMs : 0, 1),
      bytesText(ledger.peakRssBytes),
      html`<span class="cell">${outcome}<span class="why">${reason}</span></span>`,
    ]
  })
  const legend = parts.map(
    ([key, name, style]) =>
      html`<li><span class="swatch ${style}"></span><b>${name}</b> ${durationText(sum(key))}, ${percentText(total > 0 ? sum(key) / total : 0, 1)}</li>`,
  )
  return section(
    'phases',
    'Phases and their cost',
    html`<p>${durationText(total)} in all.</p><ul class="legend">${legend}</ul>`,
    table(['Phase', 'When', 'Took', 'Tenfold', 'Peak memory', 'Outcome'], rows, 'plot timeline'),
  )
}
