import type { Handoff } from '@tenfold/contracts'
import { at, listAt, numberAt } from '../evidence.ts'
import { stack } from '../svg/stack.ts'
import { percentText } from '../words.ts'
import { html, type Markup, type Part, section, table, whole } from './html.ts'

/** Where the time of the unchanged system went, and what bounds every gain. */
export function stageSection({ details }: Handoff): Markup {
  const bars = ['question', 'answer'].flatMap((of) => {
    const shares = at(details, 'before', 'stages', of)
    return typeof shares === 'object' && shares !== null && Object.keys(shares).length > 0 ? [stageBar(of, shares)] : []
  })
  const found = listAt(details, 'before', 'bottlenecks')
  const rows = found.map((row, i): Part[] => [
    i + 1,
    html`<span class="cell"><b>${text(row, 'stage')}</b> of ${text(row, 'of')}</span>`,
    whole(`${(numberAt(row, 'ms') ?? 0).toFixed(1)} ms`),
    whole(`−${percentText(numberAt(row, 'share') ?? 0)}`),
    html`<span class="cell">${text(row, 'cause')}</span>`,
    html`<span class="cell"><code>${listAt(row, 'knobs').join(', ') || '–'}</code></span>`,
  ])
  return section(
    'stages',
    'Where the time went',
    bars.length > 0 ? bars : html`<p class="soft">Stages were not measured: the target tells none.</p>`,
    rows.length > 0 &&
      html`<h3>Largest bottlenecks</h3><p class="note">Measured by phase 9 on the unchanged system. “At most” is Amdahl’s bound: what the whole would save were that stage free.</p>`,
    rows.length > 0 && table(['#', 'Stage', 'Takes', 'At most', 'Because', 'Knobs that reach it'], rows),
  )
}

const text = (row: unknown, key: string): string => String(at(row, key) ?? 'not told')

const colours = 8

function stageBar(of: string, shares: object): Part {
  const parts = Object.keys(shares)
    .map((name) => ({ name, value: numberAt(shares, name, 'share') ?? 0, ms: numberAt(shares, name, 'ms') ?? 0 }))
    .sort((a, b) => b.value - a.value)
    .map((part, i) => ({ ...part, style: `s${Math.min(i, colours - 1)}` }))
  const total = parts.reduce((sum, part) => sum + part.ms, 0)
  const item = ({ name, value, ms, style }: (typeof parts)[number]) =>
    html`<li><span class="swatch ${style}"></span><b>${name}</b> ${ms >= 100 ? ms.toFixed(0) : ms.toFixed(2)} ms, ${percentText(value, 1)}</li>`
  const label = `Stages of ${of === 'answer' ? 'an answer' : 'a question'}: ${parts.map(({ name, value }) => `${name} ${percentText(value)}`).join(', ')}`
  return html`<h3>${of === 'answer' ? 'An answer' : 'A question'}, ${total >= 100 ? total.toFixed(0) : total.toFixed(1)} ms</h3>${stack(parts, { label, total: parts.reduce((sum, part) => sum + part.value, 0), height: 30 })}<ul class="legend">${parts.map(item)}</ul>`
}
