import { type FinalHandoff, phaseIds } from '@tenfold/contracts'
import type { Handoffs } from '../evidence.ts'
import { html, type Markup, section } from './html.ts'

export function adviceSections(final: FinalHandoff, handoffs: Handoffs): Markup {
  const warnings = phaseIds.flatMap((phase) =>
    handoffs[phase].warnings.map((warning) => html`<li><b>${phase}</b> ${warning}</li>`),
  )
  const advice = final.optimization_recommendations
  return html`${section('next', 'What to do next', advice.length > 0 ? html`<ul class="plainlist">${advice.map((line) => html`<li>${line}</li>`)}</ul>` : html`<p class="soft">The measurements suggest nothing more.</p>`)}
${section('warnings', 'Warnings', warnings.length > 0 ? html`<ul class="plainlist">${warnings}</ul>` : html`<p class="soft">None.</p>`)}`
}

/** What the figures may be compared with. */
export function conditionsSection({
  conditions,
  metalReason,
  upstream,
}: FinalHandoff & { metalReason: string }): Markup {
  const { machine, data, models, commit } = conditions
  const rows: [string, string][] = [
    [
      'Machine',
      `${machine.cpu}, ${machine.cores} cores, ${(machine.memoryBytes / 2 ** 30).toFixed(1)} GiB, ${machine.platform} ${machine.arch}`,
    ],
    ['Fingerprint', machine.fingerprint],
    ['Runtime', conditions.runtime],
    ['Load at the start', conditions.loadAverage.toFixed(2)],
    ['Profile', conditions.profile],
    ['Data', `${data.name}, ${data.docs} documents, ${data.tune} tune and ${data.check} check questions`],
    ['Data hash', data.hash],
    ...Object.entries(models).map(([name, hash]): [string, string] => [`Model ${name}`, hash]),
    ['Commit', commit ?? 'not known'],
    ['Accelerator use', metalReason],
    ...upstream.map(({ phase, sha256 }): [string, string] => [`Handoff ${phase}`, sha256]),
  ]
  return section(
    'conditions',
    'Conditions',
    html`<p>Figures compare only with figures of the same machine, models and data.</p><dl>${rows.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`,
  )
}
