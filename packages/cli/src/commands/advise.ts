import { exitCodes, PipelineError } from '@tenfold/contracts'
import type { Advice, Statement, StatementsLog } from '@tenfold/index-advisor'
import { openReporter } from '@tenfold/phase-kit'
import { Command, InvalidArgumentError, Option } from 'commander'
import { adviceLines, reviewLines, verificationLines } from '../advise/print.ts'
import { progressOf } from '../advise/progress.ts'

interface Options {
  statements?: string
  apply?: boolean
  undo?: boolean
  verify?: boolean
  dropUnused?: boolean
  failOnScan?: boolean
  budget?: number
  json?: boolean
}

export const adviseCommand = () =>
  new Command('advise')
    .description(
      'which indexes does a SQLite file lack, and which does it carry for nothing? Tried on a copy; changes nothing',
    )
    .argument('<database>', 'the SQLite file')
    .option('--statements <log>', 'what is run on it: JSON lines { sql, params?, calls?, ms? }')
    .addOption(
      new Option('--apply', 'make the proven changes, with a journal in the file').conflicts([
        'undo',
        'verify',
        'failOnScan',
      ]),
    )
    .addOption(new Option('--undo', 'take back what was applied last').conflicts(['verify', 'failOnScan']))
    .addOption(
      new Option(
        '--verify',
        'hold a newer log against the times from before; takes a change back that made things slower',
      ).conflicts('failOnScan'),
    )
    .option('--fail-on-scan', 'measure nothing; end with 1 where a statement reads a whole table of 1000 rows or more')
    .option('--drop-unused', 'also drop what no statement of the log uses; only for a log that covers everything')
    .option('--budget <seconds>', 'time after which no further candidate is tried (default: 40)', seconds)
    .option('--json', 'print the result as JSON')
    .action(async (file: string, options: Options) => {
      const { openDatabase, readLog, undoAdvice } = await import('@tenfold/index-advisor')
      if (!options.undo && !options.statements)
        throw new PipelineError(
          'CONFIG_OUT_OF_RANGE',
          'advise without --statements',
          'name a log of JSON lines: --statements log.jsonl; `wrapDatabase` of @tenfold/index-advisor writes one',
        )
      const log = options.undo ? null : await readLog(options.statements!)
      const db = openDatabase(file, { readonly: !(options.apply || options.undo || options.verify) })
      try {
        if (!log) {
          const { ddl, inverse } = undoAdvice(db)
          console.log(
            options.json
              ? JSON.stringify({ undone: ddl, by: inverse })
              : [`✓ taken back: ${file} has its schema of before`, ...ddl.map((each) => `  ${each}`)].join('\n'),
          )
        } else if (options.verify) await verify(db, log, options)
        else if (options.failOnScan) await gateScans(db, log, options)
        else await propose(db, log, options)
      } finally {
        db.close()
      }
    })

type Db = ReturnType<typeof import('@tenfold/index-advisor').openDatabase>

async function propose(db: Db, log: StatementsLog, { apply, dropUnused, budget, json }: Options): Promise<void> {
  const { advise, applyAdvice } = await import('@tenfold/index-advisor')
  const report = openReporter('advise')
  const advice: Advice = advise(db, log.statements, {
    dropUnused: Boolean(dropUnused),
    ...(budget === undefined ? {} : { budgetMs: budget * 1000 }),
    progress: progressOf((line) => report.status(line)),
  })
  report.end()
  const isAdvised = advice.add.length + advice.drop.length > 0 || advice.analyze
  const entry = apply && isAdvised ? applyAdvice(db, advice) : null
  const { badLines, firstBad } = log
  if (json) console.log(JSON.stringify({ ...withoutValues(advice), badLines, firstBad, applied: entry?.ddl ?? null }))
  else for (const line of [...badLinesOf(log), ...adviceLines(advice, entry)]) console.log(line)
}

async function gateScans(db: Db, log: StatementsLog, { json }: Options): Promise<void> {
  const { review } = await import('@tenfold/index-advisor')
  const reviews = review(db, log.statements)
  const scanning = reviews.filter(({ scans }) => scans.length > 0)
  process.exitCode = scanning.length > 0 ? exitCodes.gateFailed : exitCodes.pass
  if (json)
    console.log(
      JSON.stringify({
        ...withoutValues({ statements: reviews.map(({ terms: _, ...each }) => each) }),
        badLines: log.badLines,
      }),
    )
  else for (const line of [...badLinesOf(log), ...reviewLines(reviews)]) console.log(line)
}

async function verify(db: Db, log: StatementsLog, { json }: Options): Promise<void> {
  const { verifyApplied } = await import('@tenfold/index-advisor')
  const result = verifyApplied(db, log.statements)
  const isOpen = result.statements.some(({ verdict }) => verdict === 'waiting' || verdict === 'unknown')
  process.exitCode = result.undone ? exitCodes.gateFailed : isOpen ? exitCodes.inconclusive : exitCodes.pass
  if (json) console.log(JSON.stringify({ ...result, badLines: log.badLines }))
  else for (const line of [...badLinesOf(log), ...verificationLines(result)]) console.log(line)
}

/** What is printed holds no values of the data. */
const withoutValues = <T extends { statements: { statement: Statement }[] }>(result: T) => ({
  ...result,
  statements: result.statements.map(({ statement: { bindings: _, timesUs: __, ...statement }, ...each }) => ({
    ...statement,
    ...each,
  })),
})

const badLinesOf = ({ badLines, lines, firstBad }: StatementsLog): string[] =>
  badLines > 0 ? [`! ${badLines} of ${lines} lines of the log are no statement; the first: ${firstBad}`] : []

function seconds(text: string): number {
  const value = Number(text)
  if (value > 0 && value <= 86_400) return value
  throw new InvalidArgumentError('takes seconds, from 1 to 86400')
}
