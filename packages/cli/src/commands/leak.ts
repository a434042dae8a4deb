import { existsSync } from 'node:fs'
import path from 'node:path'
import { exitCodes } from '@tenfold/contracts'
import type { Growth, LeakResult } from '@tenfold/memory-optimizer'
import { loadSettings, openReporter, questionsFor, targetOf } from '@tenfold/phase-kit'
import { Command, InvalidArgumentError } from 'commander'
import { bestKnownConfig, currentShelf, openDataOf } from '../library.ts'

interface Options {
  target?: string
  option: Record<string, unknown>
  index?: string
  questions?: number
  lifecycle?: boolean
  json?: boolean
}

const builtIn = '@tenfold/rag'
const verdictExitCodes = { clean: exitCodes.pass, leaking: exitCodes.gateFailed, undecided: exitCodes.inconclusive }
const verdictMarks = { clean: '✓ clean', leaking: '✗ leaking', undecided: '? undecided' }

export const leakCommand = () =>
  new Command('leak')
    .description('does the system hold more memory with every query? JavaScript and native side, in its own process')
    .option('--target <module>', 'the system to watch; that of tenfold.config.ts when absent')
    .option('--option <key=value>', 'an option for the target, repeatable; the value is JSON or text', keyValue, {})
    .option('--index <folder>', 'index to open a copy of; for the built-in system the current one when absent')
    .option('--questions <count>', 'questions asked after the warm-up, or cycles (default: 400, or 45)', count)
    .option('--lifecycle', 'watch open, three queries, close instead')
    .option('--json', 'print the result with every raw point as JSON')
    .action(async (options: Options) => {
      const { leakTest } = await import('@tenfold/memory-optimizer')
      const settings = await loadSettings()
      const module = options.target ? moduleOf(options.target) : settings.target
      const shelf = module === builtIn && !options.index ? currentShelf() : null
      const index = options.index ? path.resolve(options.index) : (shelf?.workspace ?? null)
      const dataset = await openDataOf(shelf?.source ?? settings.data, settings.data)
      const report = openReporter('leak')
      const abort = new AbortController()
      const stop = () => abort.abort()
      process.once('SIGINT', stop)
      try {
        const result = await leakTest({
          target: { module, options: { ...(options.target ? {} : targetOf(settings).options), ...options.option } },
          config: await bestKnownConfig(settings),
          questions: (await questionsFor(dataset, 'tune')).map(({ text }) => text),
          index,
          kind: options.lifecycle ? 'lifecycle' : 'queries',
          ...(options.questions ? { count: options.questions } : {}),
          signal: abort.signal,
          onProgress: progressOf((line) => report.status(line)),
        })
        report.end()
        process.exitCode = verdictExitCodes[result.verdict]
        console.log(options.json ? JSON.stringify({ target: module, ...result }) : describe(module, result))
      } finally {
        report.end()
        process.off('SIGINT', stop)
      }
    })

/** A file as the person at the command line means it: from here, with or without `./`. */
const moduleOf = (target: string): string => (existsSync(path.resolve(target)) ? path.resolve(target) : target)

function keyValue(text: string, before: Record<string, unknown>): Record<string, unknown> {
  const [, key, value] = /^([^=]+)=(.*)$/s.exec(text) ?? []
  if (!key || value === undefined) throw new InvalidArgumentError('takes key=value')
  try {
    return { ...before, [key]: JSON.parse(value) }
  } catch {
    return { ...before, [key]: value }
  }
}

function count(text: string): number {
  const value = Number(text)
  if (!Number.isInteger(value) || value < 20) throw new InvalidArgumentError('takes a whole number from 20')
  return value
}

/** Time left is that of the step, by the speed since it began. */
function progressOf(say: (line: string) => void) {
  let current: string | undefined
  let start = 0
  let from = 0
  return (step: string, done: number, of: number) => {
    if (step !== current) {
      current = step
      start = performance.now()
      from = done
      return
    }
    const seconds = (performance.now() - start) / 1000
    const left = Math.ceil((seconds / Math.max(1, done - from)) * (of - done))
    const what = step === 'target' ? 'the system (1 of 2)' : 'the harness alone (2 of 2)'
    say(`${what}: ${done < 0 ? 'warm-up' : `${done} of ${of}`}, ${left} s left`)
  }
}

function describe(module: string, result: LeakResult): string {
  const unit = result.kind === 'queries' ? 'query' : 'cycle'
  const many = result.kind === 'queries' ? 'queries' : 'cycles of open, three queries, close'
  const row = (name: string, { slope, low, high, limitBytes, verdict }: Growth, decides = true) =>
    `  ${name.padEnd(26)} ${bytes(slope)} [${bytes(low)},${bytes(high)}]   limit ${limitBytes}   ${decides ? verdictMarks[verdict] : ''}`
  const { js, native, live, fragmentation, failedQueries } = result
  const sidesDecide = result.kind === 'queries'
  const lines = [
    `${verdictMarks[result.verdict]}: ${module} after ${result.queries} ${many}, ${(result.wallMs / 1000).toFixed(0)} s`,
    `  ${`growth, B/${unit}`.padEnd(26)} slope   [95 % interval]`,
    row('H JavaScript', js, sidesDecide || !live),
    ...('notCovered' in native
      ? [
          `  native side not covered: ${native.notCovered}`,
          row('resident memory instead', native.resident, sidesDecide),
        ]
      : [row('N native', native, sidesDecide)]),
    ...(live ? [row('H + N live', live)] : []),
  ]
  if (fragmentation) {
    const [start, end, trimmed] = [fragmentation.startBytes, fragmentation.endBytes, fragmentation.afterTrimBytes].map(
      (value) => (value / 1e6).toFixed(1),
    )
    lines.push(`  neither H nor N: ${start} MB at first, ${end} MB at last, ${trimmed} MB after malloc_trim`)
  }
  if (failedQueries > 0) lines.push(`  ${failedQueries} queries failed`)
  return lines.map((line) => line.trimEnd()).join('\n')
}

const bytes = (value: number): string => value.toFixed(0).padStart(6)
