import type { Evidence } from '@tenfold/contracts'
import type { GateResult } from '@tenfold/regression'
import { code, escaped, table } from '../markdown-table.ts'
import { gateText, gateTitle } from './gate-rows.ts'
import { comparisonRows, conditionsText, countsText, noiseFloorText, qualityText, sharedText } from './rows.ts'

const details = (summary: string, lines: readonly string[]): string[] => [
  '<details>',
  `<summary>${summary}</summary>`,
  '',
  ...lines,
  '',
  '</details>',
]

const titleMarks: Record<GateResult['state'], string> = { pass: '✓', fail: '✗', inconclusive: '?' }

/** A comment for a pull request: the table, the gate, and the rest folded away. */
export function comparisonMarkdown(evidence: Evidence, gate?: GateResult): string {
  const [before, after] = evidence.arms.map((arm) => code(arm.label))
  const title = gate ? `${titleMarks[gate.state]} ${gateTitle(gate)}` : `Outcome: ${evidence.outcome}`
  const facts = [...sharedText(evidence), noiseFloorText(evidence)].map(escaped).join(' · ')
  const counts = [countsText(evidence), qualityText(evidence), `outcome ${evidence.outcome}`].join(' · ')
  return `${[
    `### Tenfold: ${title}`,
    '',
    `${before} → ${after} · ${facts}`,
    '',
    ...comparedTable(evidence),
    '',
    `${counts}${evidence.complete ? '' : ' · **ended early**'}`,
    '',
    ...(gate ? [...gateTable(evidence, gate), ''] : []),
    ...rawDetails(evidence),
  ].join('\n')}\n`
}

const comparedTable = (evidence: Evidence): string[] =>
  table(
    ['metric', 'before p50', 'after p50', 'Δ [interval]', 'p95 Δ', 'n', 'verdict'],
    [false, true, true, true, true, true, false],
    comparisonRows(evidence).map(({ metric, before, after, change, tail, n, mark, word }) => [
      code(metric),
      ...[before, after, change, tail, String(n)].map(escaped),
      `${mark} ${word}`,
    ]),
  )

const gateTable = (evidence: Evidence, gate: GateResult): string[] =>
  table(
    ['', 'metric', 'rule', 'measured', 'why'],
    [false, false, false, true, false],
    gate.rows.map((row) => {
      const { mark, metric, rule, measured, interval, why, hint } = gateText(row, evidence)
      return [
        mark,
        code(metric),
        code(rule),
        escaped(`${measured || '–'} ${interval}`),
        escaped(hint ? `${why}; ${hint}` : why),
      ]
    }),
  )

function rawDetails(evidence: Evidence): string[] {
  const { arms, failures, warnings, digest, seed, tool, compared } = evidence
  const keys = [...new Set(arms.flatMap(({ config }) => Object.keys(config)))].sort()
  const different = keys.filter((key) => arms[0].config[key] !== arms[1].config[key])
  const shown = (value: unknown) => code(value === undefined ? 'not set' : String(value))
  return details('Details', [
    escaped(conditionsText(evidence)),
    '',
    ...table(
      ['setting', 'before', 'after'],
      [false, false, false],
      different.map((key) => [code(key), shown(arms[0].config[key]), shown(arms[1].config[key])]),
    ),
    '',
    ...table(
      ['metric', 'ratio', 'low', 'high', 'processes', 'p95 before', 'p95 after'],
      [false, true, true, true, true, true, true],
      compared.map(({ metric, ratio, interval, forks, tail }) => [
        code(metric),
        ...[ratio, ...interval, forks, tail?.beforeP95, tail?.afterP95].map((value) =>
          value == null ? '…' : `${value}`,
        ),
      ]),
    ),
    '',
    ...[...failures.map((text) => `failed: ${text}`), ...warnings].map((text) => `- ${escaped(text)}`),
    '',
    `${escaped(tool)}, seed ${seed}, evidence ${code(digest)}`,
  ])
}
