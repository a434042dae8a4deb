import type { FinalHandoff } from '@tenfold/contracts'
import type { Evidence } from '../evidence.ts'
import { cacheSection } from './caches.ts'
import { changeSection } from './changes.ts'
import { adviceSections, conditionsSection } from './conditions.ts'
import { headline } from './headline.ts'
import { html } from './html.ts'
import { spreadSection } from './spreads.ts'
import { stageSection } from './stages.ts'
import { style } from './style.ts'
import { timelineSection } from './timeline.ts'
import { verdictSections } from './verdicts.ts'

/** The whole report as one file that asks nothing of a network and runs no script. */
export function renderPage(final: FinalHandoff, evidence: Evidence): string {
  const { handoffs } = evidence
  const { mps_acceleration } = final.optimizations_applied
  const metalReason = mps_acceleration
    ? 'not measured: no phase reads utilisation while a device works'
    : `not measured: no device was adopted (${handoffs.metal.reason})`
  return html`<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="color-scheme" content="light dark">
<title>Tenfold: ${final.conditions.data.name}, run ${final.runId}</title><style>${{ markup: style }}</style></head>
<body><main>${headline(final, handoffs.tuner)}
${changeSection(final, handoffs)}
${verdictSections(handoffs)}
${spreadSection(evidence)}
${stageSection(handoffs.profiler)}
${cacheSection(handoffs)}
${adviceSections(final, handoffs)}
${timelineSection(final)}
${conditionsSection({ ...final, metalReason })}
<footer>Derived from the handoffs in <code>handoff/</code> alone; <code>pnpm tenfold verify</code> derives every figure again from the raw samples.</footer></main></body></html>
`.markup
}
