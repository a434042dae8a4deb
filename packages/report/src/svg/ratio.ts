import type { Verdict } from '@tenfold/contracts'
import { html, type Markup, type Part } from '../page/html.ts'
import { intervalText, ratioText, verdictWord } from '../words.ts'
import { ratioTicks, type Scale } from './scale.ts'

const height = 26

/** One line of a forest plot: interval, median, the line at 1 and the margin inside which no difference is claimed. */
export function ratioMark(verdict: Verdict, scale: Scale): Markup {
  const { ratio, interval, protocol, metric } = verdict
  const [low, high] = interval
  const from = scale(1 - protocol.delta)
  const label = `${metric}: ratio ${ratioText(ratio)}, interval ${intervalText(interval)}, ${verdictWord(verdict)}`
  const end = (bound: number | null) =>
    bound !== null && html`<line x1="${scale(bound)}%" x2="${scale(bound)}%" y1="8" y2="18"/>`
  return html`<svg class="ratio ${verdict.verdict}" width="100%" height="${height}" role="img"><title>${label}</title>
<rect class="margin" x="${from}%" y="0" width="${scale(1 + protocol.delta) - from}%" height="${height}"/>
<line class="one" x1="${scale(1)}%" x2="${scale(1)}%" y1="0" y2="${height}"/>
<line class="${low === null || high === null ? 'open' : ''}" x1="${low === null ? 0 : scale(low)}%" x2="${high === null ? 100 : scale(high)}%" y1="13" y2="13"/>
${end(low)}${end(high)}<circle cx="${scale(ratio)}%" cy="13" r="5"/></svg>`
}

/** The axis above such lines. */
export function ratioAxis(low: number, high: number, scale: Scale): Markup {
  const tick = (value: number): Part => {
    const place = scale(value)
    const anchor = place < 5 ? 'start' : place > 95 ? 'end' : 'middle'
    return html`<line x1="${place}%" x2="${place}%" y1="16" y2="20"/><text x="${place}%" y="12" text-anchor="${anchor}">×${value}</text>`
  }
  return html`<svg class="axis" width="100%" height="20" aria-hidden="true">${ratioTicks(low, high).map(tick)}</svg>`
}
