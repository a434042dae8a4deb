import { formatMetric } from '@tenfold/phase-kit'
import { type Evidence, valuesOf } from '../evidence.ts'
import { sharedRange, spread } from '../svg/spread.ts'
import { html, type Markup, type Part, section, table, whole } from './html.ts'

const shown = ['query.ms', 'embed.ms', 'stream.ms', 'answer.firstTokenMs', 'memory.peakPrivateBytes']

/** Where the raw values lie, before and after. */
export function spreadSection({ handoffs, samples }: Evidence): Markup {
  const rows = shown.flatMap((metric): Part[][] => {
    const before = valuesOf(samples, `before/${metric}`)
    const after = valuesOf(samples, `after/${metric}`)
    if (!before?.length) return []
    const range = sharedRange(before, ...(after?.length ? [after] : []))
    return [
      row(metric, 'before', 'was', before, range, handoffs.tuner.before[metric]),
      ...(after?.length ? [row(metric, 'after', 'is', after, range, handoffs.tuner.after[metric])] : []),
    ]
  })
  if (rows.length === 0) return section('spread', 'Distributions', html`<p class="soft">not measured</p>`)
  return section(
    'spread',
    'Distributions',
    html`<p>Grey is the first configuration, blue the final one, on the same axis. The solid line is the median, the dashed one p95. Where values are few each is a dot.</p>`,
    table(['Metric', 'Values', 'n', 'p50', 'p95', 'Range'], rows, 'plot'),
  )
}

function row(
  metric: string,
  state: string,
  style: string,
  values: readonly number[],
  range: [number, number],
  summary?: { p50: number; p95: number | null; min: number; max: number },
): Part[] {
  const show = (value: number | null | undefined) =>
    value === null || value === undefined ? html`<span class="soft">too few</span>` : whole(formatMetric(metric, value))
  return [
    html`<span class="cell"><span class="swatch ${style}"></span><code>${metric}</code> ${state}</span>`,
    spread(values, range, style, `${metric} ${state}: ${values.length} values`),
    values.length,
    show(summary?.p50),
    show(summary?.p95),
    html`<span class="cell">${show(summary?.min)} … ${show(summary?.max)}</span>`,
  ]
}
