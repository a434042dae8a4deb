import {
  type Advice,
  type AdvisedStatement,
  type JournalEntry,
  planFlags,
  type Review,
  type Verification,
} from '@tenfold/index-advisor'

const sqlWidth = 72
/** Control characters of a log must not drive the terminal. */
const shown = (text: string): string => text.replace(/\p{Cc}/gu, ' ')
const cut = (text: string): string => (text.length > sqlWidth ? `${shown(text).slice(0, sqlWidth - 1)}…` : shown(text))

const time = (us: number | null): string =>
  us === null
    ? '–'
    : us >= 1e6
      ? `${(us / 1e6).toFixed(1)} s`
      : us >= 1000
        ? `${(us / 1000).toFixed(1)} ms`
        : `${us.toFixed(us < 10 ? 1 : 0)} µs`

const size = (bytes: number): string =>
  bytes >= 1e6 ? `${(bytes / 1e6).toFixed(1)} MB` : `${Math.ceil(bytes / 1000)} kB`
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`

/** Statements with plan and times, then what to change, what not, and how sure that is. */
export function adviceLines(advice: Advice, entry: JournalEntry | null): string[] {
  const { add, drop, refused, analyze, gain, interval, warnings, wallMs, databaseBytes, database } = advice
  const lines = [
    `${database}: ${size(databaseBytes)}, ${advice.statements.length} statements, ${(wallMs / 1000).toFixed(1)} s`,
    '',
  ]
  lines.push(`${'calls'.padStart(9)}  ${'before'.padStart(9)}  ${'after'.padStart(9)}  statement`)
  for (const each of advice.statements) lines.push(...statementLines(each))
  for (const { ddl, bytes, buildMs, insertUs } of add) {
    lines.push('', `+ ${ddl}`)
    const inserts = insertUs ? `, an insert ${time(insertUs[0])} → ${time(insertUs[1])}` : ''
    lines.push(`  ${size(bytes)}${inserts}, holds writers up for about ${time(buildMs * 1000)}`)
  }
  for (const { name, reason, why } of drop) lines.push('', `- DROP INDEX ${name}`, `  ${reason}: ${why}`)
  if (analyze) lines.push('', '+ ANALYZE', '  the planner has no statistics, and the workload is faster with them')
  if (refused.length > 0) lines.push('')
  for (const { ddl, reason } of refused) lines.push(`✗ ${ddl.join('; ')}`, `  ${shown(reason)}`)
  lines.push('', ...warnings.map((warning) => `! ${shown(warning)}`))
  lines.push(outcome(advice, gain, interval, entry))
  return lines
}

function outcome(
  { add, drop, analyze }: Advice,
  gain: number,
  interval: [number, number],
  entry: JournalEntry | null,
): string {
  if (add.length + drop.length === 0 && !analyze) return '✓ nothing to change: no index was proven better'
  const figure = `the workload takes ${percent(gain)} less [${percent(interval[0])}, ${percent(interval[1])}], all answers the same`
  return entry
    ? `✓ applied: ${figure}; \`--undo\` takes it back`
    : `✓ ${figure}; nothing was changed, \`--apply\` does it`
}

function statementLines({ statement, beforeUs, afterUs, plan, planAfter, flags, problem }: AdvisedStatement): string[] {
  const head = `${String(Math.round(statement.calls)).padStart(9)}  ${time(beforeUs).padStart(9)}  ${time(afterUs).padStart(9)}  ${cut(statement.fingerprint)}`
  const indent = ' '.repeat(33)
  if (problem) return [head, `${indent}no plan: ${shown(problem)}`]
  const marks = flags.length > 0 ? `  ← ${flags.map((flag) => planFlags[flag]).join(', ')}` : ''
  const isSame = plan.join() === planAfter.join()
  return [head, `${indent}${plan.join('; ')}${marks}`, ...(isSame ? [] : [`${indent}→ ${planAfter.join('; ')}`])]
}

/** Statements that read a whole table, each with its plan; then the sum. */
export function reviewLines(reviews: readonly Review[]): string[] {
  const scanning = reviews.filter(({ scans }) => scans.length > 0)
  const unknown = reviews.filter(({ problem }) => problem !== null)
  return [
    ...scanning.flatMap(({ statement, scans, plan }) => [
      `✗ ${shown(statement.fingerprint)}`,
      `  reads all of ${scans.join(', ')}: ${plan.join('; ')}`,
    ]),
    ...unknown.map(({ statement, problem }) => `! no plan: ${cut(statement.fingerprint)}: ${shown(problem!)}`),
    `${scanning.length === 0 ? '✓' : '✗'} ${scanning.length} of ${reviews.length} statements read a whole table`,
  ]
}

export function verificationLines({ statements, undone }: Verification): string[] {
  const rows = statements.map(
    ({ fingerprint, verdict, ratio, calls }) =>
      `${verdict.padEnd(10)} ${ratio === null ? '     –' : `×${ratio.toFixed(3)}`}  ${String(Math.round(calls)).padStart(7)} calls  ${cut(fingerprint)}`,
  )
  const regressed = statements.filter(({ verdict }) => verdict === 'regressed').length
  const end = undone
    ? `✗ ${regressed} statements are slower than before: the change was taken back`
    : statements.length === 0
      ? '✓ nothing was applied here'
      : '✓ nothing is slower than before'
  return [...rows, end]
}
