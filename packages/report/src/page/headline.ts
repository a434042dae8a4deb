import { type FinalHandoff, type Handoff, isMetricName, metrics, type Summary, type Verdict } from '@tenfold/contracts'
import { formatMetric } from '@tenfold/phase-kit'
import { totalOf } from '../targets.ts'
import { countText, intervalText, percentText, ratioText, verdictWord } from '../words.ts'
import { html, type Markup, type Part, section, table, whole } from './html.ts'

const shown = [
  ['query.ms', 'One question'],
  ['embed.ms', 'Embedding texts'],
  ['answer.firstTokenMs', 'First token'],
  ['stream.ms', 'Question in a stream'],
  ['memory.peakPrivateBytes', 'Peak memory'],
  ['answer.tokensPerSecond', 'Tokens a second'],
  ['quality.ndcgAt10', 'Ranking quality, nDCG@10'],
  ['quality.recallAt10', 'Recall@10'],
] as const

/** What was measured, the figures that matter before → after, and the targets. */
export function headline(final: FinalHandoff, tuner: Handoff): Markup {
  const { conditions, runId, timestamp, targets } = final
  const { machine, data } = conditions
  const met = targets.filter((row) => row.met).length
  const changes = Object.keys(final.changes).length
  const did = changes > 0 ? `${countText(changes, 'setting')} changed` : 'nothing changed'
  return html`<header><h1>${data.name}: ${did}, ${met} of ${targets.length} targets met</h1>
<p class="facts"><b>${tuner.target.name}</b> on ${machine.cpu}, ${countText(machine.cores, 'core')}, ${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB ·
${countText(data.docs, 'document')}, ${data.check} check questions · ${Object.keys(conditions.models).join(', ') || 'models not named'} · ${conditions.profile} profile ·
run ${runId}, ${timestamp.slice(0, 16).replace('T', ' ')} UTC</p></header>
<div class="cards">${shown.map(([metric, title]) => card(title, metric, tuner))}</div>
<p class="note">First configuration → final one; large type only for what is proven. In brackets: confidence interval of the ratio after ÷ before, valid however
often it was looked at. <em>Undecided</em> means what it says; figures without a verdict were measured, but no difference is claimed.</p>
${section('targets', 'Targets', table(['Target', 'Goal', 'Measured', 'Interval', 'Result'], targets.map(targetCells)))}`
}

function targetCells({
  what,
  requirement,
  goal,
  measured,
  interval,
  met,
  why,
}: FinalHandoff['targets'][number]): Part[] {
  const mark = html`<span class="${met ? 'yes' : 'no'}">${met ? '✓ met' : '✗ missed'}</span>`
  return [
    html`<span class="cell">${what} <span class="soft whole">${requirement}</span></span>`,
    goal,
    html`<span class="cell">${measured}<span class="why">${why}</span></span>`,
    interval ? whole(intervalText(interval)) : '–',
    mark,
  ]
}

function card(title: string, metric: string, tuner: Handoff): Part {
  const total = totalOf(tuner, metric)
  const [before, after] = [tuner.before[metric], tuner.after[metric]]
  if (total) return proven(title, total)
  if (!before) return html`<div class="card plain"><h3>${title}</h3><div class="gain soft">not measured</div></div>`
  const value = (summary: Summary) => formatMetric(metric, metric.startsWith('quality.') ? summary.mean : summary.p50)
  const figure = after ? `${value(before)} → ${value(after)}` : value(before)
  const kind = metric.startsWith('quality.') ? 'mean' : 'median'
  const claim = after
    ? `${kind}, n = ${before.n} and ${after.n}; no difference claimed`
    : `${kind}, n = ${before.n}; one state, measured once`
  return html`<div class="card plain"><h3>${title}</h3><div class="gain from">${figure}</div><div class="claim">${claim}</div></div>`
}

function proven(title: string, total: Verdict): Part {
  const { metric, ratio, interval, forks, beforeP50, afterP50, verdict } = total
  const isProven = verdict === 'faster' || verdict === 'slower'
  const isTime = isMetricName(metric) && metrics[metric].unit === 'ms'
  const speed = isTime && verdict === 'faster' ? `, ${(1 / ratio).toFixed(2)} times the speed` : ''
  // a figure in large type is a claim
  const large = isProven ? `${ratio <= 1 ? '−' : '+'}${percentText(Math.abs(1 - ratio))}` : verdictWord(total)
  return html`<div class="card ${verdict}"><h3>${title}</h3><div class="gain">${large}</div>
<div class="from">${whole(formatMetric(metric, beforeP50))} → ${whole(formatMetric(metric, afterP50))}</div>
<div class="claim">${isProven && html`<b>${verdictWord(total)}</b>${speed}`}<br>${whole(`${ratioText(ratio)} ${intervalText(interval)}`)}, ${whole(countText(forks, 'fork'))}</div></div>`
}
