import { type Handoff, isMetricName, metrics, type Summary, type Verdict } from '@tenfold/contracts'

/** A value in the unit a person reads. */
export function formatMetric(metric: string, value: number): string {
  const unit = isMetricName(metric) ? metrics[metric].unit : 'ratio'
  if (unit === 'bytes') return `${(value / 2 ** 20).toFixed(1)} MiB`
  if (unit === 'ms') return value >= 1000 ? `${(value / 1000).toFixed(2)} s` : `${value.toPrecision(3)} ms`
  return unit === 'perSecond' ? `${value.toPrecision(3)}/s` : value.toFixed(3)
}

export function formatVerdict({ metric, verdict, ratio, interval, beforeP50, afterP50, forks }: Verdict): string {
  const [low, high] = interval.map((bound) => bound?.toFixed(3) ?? '?')
  return `${metric} ${formatMetric(metric, beforeP50)} → ${formatMetric(metric, afterP50)}: ${verdict}, ×${ratio.toFixed(3)} [${low}, ${high}], ${forks} forks`
}

function formatSummary(metric: string, { p50, p95, p99, mean, n }: Summary): string {
  const figure = (name: string, value: number | null) =>
    value === null ? '' : `, ${name} ${formatMetric(metric, value)}`
  return `${metric}: median ${formatMetric(metric, p50)}${figure('p95', p95)}${figure('p99', p99)}${figure('mean', mean)}, n ${n}`
}

/** What a finished phase says of itself, a few lines. */
export function outcomeLines(handoff: Handoff): string[] {
  const { ledger, outcome, reason, changes, verdicts, warnings, before } = handoff
  const settings = Object.entries(changes).map(([key, { from, to }]) => `${key} ${from} → ${to}`)
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
  return [
    `${outcome}: ${reason}`,
    ...settings,
    ...(outcome === 'measured'
      ? Object.entries(before).map(([metric, summary]) => formatSummary(metric, summary))
      : []),
    ...verdicts.map(formatVerdict),
    ...warnings.map((warning) => `note: ${warning}`),
    `${seconds(ledger.wallMs)} in all: work ${seconds(ledger.workMs)}, loading ${seconds(ledger.loadMs)}, kit ${seconds(ledger.kitMs)}`,
  ]
}
