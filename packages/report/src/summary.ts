import { type FinalHandoff, phaseFiles, type TargetRow } from '@tenfold/contracts'
import { pageFile } from './final.ts'
import { columns, fit, type Paint, painter, wrapped } from './terminal.ts'
import { countText, durationText, intervalText, percentText } from './words.ts'

/** Colours only where somebody looks: a terminal, NO_COLOR unset or empty, and no TERM=dumb. */
export function wantsColor(stream: { isTTY?: boolean }, env: Readonly<Record<string, string | undefined>>): boolean {
  return Boolean(stream.isTTY) && !env.NO_COLOR && env.TERM !== 'dumb'
}

/** The whole run on one screen, at most 100 columns wide. */
export function summaryLines(final: FinalHandoff, { color }: { color: boolean }): string[] {
  const paint = painter(color)
  const title = (text: string) => ['', paint('bold', text)]
  const met = final.targets.filter((row) => row.met).length
  return [
    ...heading(final, paint),
    ...title('Phases'),
    ...final.phases.flatMap((phase) => phaseLines(phase, paint)),
    ...title(`Targets: ${met} of ${final.targets.length} met`),
    ...final.targets.flatMap((row) => targetLines(row, paint)),
    ...title(`Changed: ${countText(Object.keys(final.changes).length, 'setting')}`),
    ...changeLines(final, paint),
    ...title('Cost'),
    `  ${costLine(final)}`,
    ...title('Files'),
    `  ${fit('handoff/phase_10_complete.json', 32)}${paint('dim', 'every figure, with its hash chain')}`,
    `  ${fit(pageFile, 32)}${paint('dim', 'the same, to look at')}`,
    '',
  ]
}

function heading({ runId, conditions }: FinalHandoff, paint: Paint): string[] {
  const { machine, data, profile, runtime } = conditions
  const facts = `${profile} profile · ${data.name}, ${countText(data.docs, 'document')} · ${machine.cpu}, ${countText(machine.cores, 'core')} · ${runtime}`
  return [
    '',
    `${paint('bold', 'Tenfold')} ${paint('dim', `run ${runId}`)}`,
    ...wrapped(facts, columns).map((line) => paint('dim', line)),
  ]
}

const outcomePaint = { improved: 'green', unchanged: 'dim', measured: 'dim' } as const

function phaseLines({ phase, outcome, reason, ledger }: FinalHandoff['phases'][number], paint: Paint): string[] {
  const number = phaseFiles[phase].slice('phase_'.length).replace('_', '.')
  const head = `  ${fit(number, 6)}${fit(phase, 10)}${paint(outcomePaint[outcome], fit(outcome, 11))}`
  const indent = 29
  const [first = '', ...more] = wrapped(reason, columns - indent - 14)
  return [
    `${head}${fit(first, columns - indent - 13)}${paint('dim', durationText(ledger.wallMs).padStart(13))}`,
    ...more.map((line) => ' '.repeat(indent) + line),
  ]
}

function targetLines({ what, goal, measured, interval, met, why }: TargetRow, paint: Paint): string[] {
  const indent = 34
  const mark = met ? paint('green', '✓ met    ') : paint('yellow', '✗ missed ')
  const [first = '', ...more] = wrapped(
    `${measured} ${interval ? intervalText(interval) : ''}`.trim(),
    columns - indent - goal.length - 2,
  )
  return [
    `  ${mark}${fit(what, 23)}${fit(first, columns - indent - goal.length)}${paint('dim', goal)}`,
    ...more.map((line) => ' '.repeat(indent) + line),
    ...wrapped(why, columns - indent).map((line) => ' '.repeat(indent) + paint('dim', line)),
  ]
}

function changeLines({ changes }: FinalHandoff, paint: Paint): string[] {
  const rows = Object.entries(changes)
  if (rows.length === 0) return [`  ${paint('dim', 'nothing: no change was proven better')}`]
  return rows.map(([key, { from, to }]) => `  ${fit(key, 32)}${paint('dim', `${from} →`)} ${to}`)
}

function costLine({ phases }: FinalHandoff): string {
  const sum = (part: 'wallMs' | 'workMs' | 'loadMs' | 'kitMs') =>
    phases.reduce((total, { ledger }) => total + ledger[part], 0)
  const wall = sum('wallMs')
  const share = (part: 'workMs' | 'loadMs' | 'kitMs') => percentText(wall > 0 ? sum(part) / wall : 0, 1)
  return `${durationText(wall)} in all: measured work ${share('workMs')}, loading ${share('loadMs')}, Tenfold itself ${share('kitMs')}`
}
