import { type FinalHandoff, isMetricName, metrics, type PhaseId, phaseIds } from '@tenfold/contracts'
import { formatMetric } from '@tenfold/phase-kit'
import type { Handoffs } from '../evidence.ts'
import { html, type Markup, type Part, section, table } from './html.ts'

/** Accepted changes with the line that undoes each, and whether quality held. */
export function changeSection({ changes }: FinalHandoff, handoffs: Handoffs): Markup {
  const rows = Object.entries(changes).map(([key, { from, to }]): Part[] => [
    html`<code>${key}</code>`,
    html`<span class="cell">${String(from)} → <b>${String(to)}</b></span>`,
    acceptedBy(key, handoffs),
    html`<code>config: { '${key}': ${quoted(from)} }</code>`,
  ])
  return section(
    'changes',
    'Accepted changes',
    rows.length > 0
      ? [
          html`<p>To take one back, put its line into <code>tenfold.config.ts</code> and run <code>pnpm tenfold run</code> again.</p>`,
          table(['Setting', 'Change', 'Proven by', 'Undo'], rows),
        ]
      : html`<p class="soft">None: no change was proven better, so the first configuration stays.</p>`,
    quality(handoffs),
    guards(handoffs),
  )
}

const quoted = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : String(value))

const acceptedBy = (key: string, handoffs: Handoffs): PhaseId =>
  phaseIds.find((phase) => phase !== 'tuner' && key in handoffs[phase].changes) ?? 'tuner'

function quality({ tuner }: Handoffs): Part {
  const names = Object.keys(tuner.before).filter((metric) => metric.startsWith('quality.'))
  const rows = names.map((metric): Part[] => {
    const [before, after] = [tuner.before[metric], tuner.after[metric]]
    const about = isMetricName(metric) ? metrics[metric].about : ''
    const mean = (summary: typeof before) =>
      summary ? formatMetric(metric, summary.mean) : html`<span class="soft">not measured</span>`
    return [
      html`<span class="cell"><code>${metric}</code><span class="why">${about}</span></span>`,
      mean(before),
      mean(after),
      before?.n ?? 0,
    ]
  })
  return (
    rows.length > 0 && html`<h3>Quality on the check questions</h3>${table(['Measure', 'Before', 'After', 'n'], rows)}`
  )
}

function guards(handoffs: Handoffs): Part {
  const rows = phaseIds.flatMap((phase) =>
    handoffs[phase].guards.map((guard): Part[] => [
      html`<span class="cell">${phase} <code>${guard.metric}</code></span>`,
      `${guard.before.toFixed(3)} → ${guard.after.toFixed(3)}`,
      `${guard.bound.toFixed(4)}, allowed ${guard.operator === '>=' ? '−' : '+'}${guard.margin}`,
      guard.n,
      html`<span class="${guard.passed ? 'yes' : 'no'}">${guard.passed ? '✓ held' : '✗ refused'}</span>`,
    ]),
  )
  return (
    rows.length > 0 &&
    html`<h3>Guards</h3><p class="note">One-sided 95 % bound of the paired difference; a change that may lose more than allowed is refused whatever it gains.</p>${table(['Guard', 'Means', 'Bound', 'n', 'Result'], rows)}`
  )
}
