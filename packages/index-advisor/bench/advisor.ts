// The index advisor against every set of its candidates, careful defaults and one index a column. `--schemas n`, `--rows n`, `--json`.
import { mkdtempSync, rmSync } from 'node:fs'
import { cpus, tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { median, quantile } from '@tenfold/measure'
import Database from 'better-sqlite3'
import type { Candidate } from '../src/candidates.ts'
import { cloneDatabase } from '../src/clone.ts'
import { type Advice, advise, applyAdvice, schemaDump, undoAdvice } from '../src/index.ts'
import { limits } from '../src/limits.ts'
import { playable } from '../src/playable.ts'
import { preselect } from '../src/preselect.ts'
import { review } from '../src/review.ts'
import { planOf } from '../src/sql/plan.ts'
import { readSchema } from '../src/sql/schema.ts'
import type { Statement } from '../src/statements.ts'
import { openWhatIf } from '../src/what-if.ts'
import { exhaustive, sideBySide } from './advisor-parts/exhaustive.ts'
import { carefulIndexes, classicIndexes, fillLibrary, libraryWorkload } from './advisor-parts/library.ts'
import { generate } from './advisor-parts/schemas.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    json: { type: 'boolean' },
    schemas: { type: 'string', default: '30' },
    rows: { type: 'string', default: '200000' },
  },
})
const schemas = Number(values.schemas)
const rows = Number(values.rows)
/** Sets of more candidates than this are too many to try. */
const mostCandidates = 10

interface Row {
  what: string
  goal: string
  measured: number | string
  interval: [number, number] | null
  met: boolean
  why: string
}

const scratch = mkdtempSync(path.join(tmpdir(), 'tenfold-bench-advisor-'))
const table: Row[] = []
let regressions = 0
let undone = 0
try {
  const shares: number[] = []
  for (let seed = 1; seed <= schemas; seed++) {
    const { share, slower } = againstExhaustive(seed)
    if (share !== null) shares.push(share)
    regressions += slower
  }
  table.push({
    what: `share of the best gain of any set of candidates, median of ${shares.length} generated schemas`,
    goal: '≥ 0.95',
    measured: round(median(shares)),
    interval: [round(quantile(shares, 0)), round(quantile(shares, 1))],
    met: median(shares) >= 0.95,
    why: `gain of the advice ÷ gain of the best of all sets of up to ${mostCandidates} candidates; each plan timed once on a copy, median of 5; the interval is the range; ${schemas - shares.length} schemas have nothing to gain`,
  })
  const reached = shares.filter((share) => share >= 0.95).length
  table.push({
    what: 'generated schemas whose advice reaches 0.95 of the best gain each',
    goal: String(shares.length),
    measured: reached,
    interval: null,
    met: reached === shares.length,
    why: 'where one statement that no index helps takes most of the time, an index for the others gains less than 3 % of the workload and is refused',
  })
  table.push(...onLibrary())
  table.push({
    what: `statements slower than before, of all schemas`,
    goal: '0',
    measured: regressions,
    interval: null,
    met: regressions === 0,
    why: `by more than ${100 * limits.slowerShare} % and ${limits.slowerUs} µs, measured again on fresh copies after the advice; undo gave the schema back in ${undone} of ${undone} cases`,
  })
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
if (!values.json) console.table(table.map(({ why, ...row }) => row))
console.log(
  JSON.stringify({
    bench: 'advisor',
    rows: table,
    machine: { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version },
  }),
)

function againstExhaustive(seed: number): { share: number | null; slower: number } {
  const db = new Database(path.join(scratch, `schema-${seed}.db`))
  const { statements } = generate(db, seed)
  const advice = advise(db, statements, { seed })
  checkUndo(db, advice)
  const pieces = piecesOf(db, statements)
  try {
    const { whatIf, clone, replays } = pieces
    const names = advice.add.map(({ name }) => name)
    const offered = [
      ...new Map(
        preselect(
          replays.map(({ statement }) => statement),
          readSchema(db),
          whatIf,
        )
          .flat()
          .map((each) => [each.name, each]),
      ).values(),
    ]
    const isAdvised = ({ name }: Candidate) => names.includes(name)
    const candidates = [...offered.filter(isAdvised), ...offered.filter((each) => !isAdvised(each))].slice(
      0,
      Math.max(mostCandidates, names.length),
    )
    const { noneUs, bestUs, advisedUs } = exhaustive({ clone, whatIf, replays, candidates, advised: names })
    const { perStatement } = sideBySide(clone, replays, [[], advice.add])
    const share = noneUs - bestUs > limits.minGain * noneUs ? (noneUs - advisedUs) / (noneUs - bestUs) : null
    process.stderr.write(
      `schema ${seed}: ${names.length} indexes, ${(noneUs / advisedUs).toFixed(1)}×, best ${(noneUs / bestUs).toFixed(1)}×, ${(advice.wallMs / 1000).toFixed(1)} s\n`,
    )
    return { share, slower: slowerIn(perStatement) }
  } finally {
    pieces.close()
    db.close()
  }
}

function onLibrary(): Row[] {
  const db = new Database(path.join(scratch, 'library.db'))
  fillLibrary(db, rows)
  const statements = libraryWorkload(db, rows)
  const advice = advise(db, statements)
  for (const { ddl } of advice.add) process.stderr.write(`${ddl}\n`)
  checkUndo(db, advice)
  const pieces = piecesOf(db, statements)
  try {
    const { clone, replays } = pieces
    const { perStatement, totals } = sideBySide(clone, replays, [[], carefulIndexes, classicIndexes, advice.add])
    regressions += slowerIn(perStatement.map(([none, , , advised]) => [none!, advised!]))
    const [none, careful, classic, advised] = totals as [number, number, number, number]
    const lacking = lackingIn(clone, replays)
    const sum = (side: number) =>
      replays.reduce((us, { statement }, i) => us + (lacking[i] ? statement.calls * perStatement[i]![side]! : 0), 0)
    const missing = sum(1) / sum(3)
    const workload = `${rows} passages, ${replays.length} statements weighted by calls, sides in turn, median of 5 rounds`
    const seconds = advice.wallMs / 1000
    return [
      {
        what: 'statements that lack an index, against careful defaults',
        goal: '≥ 100 ×',
        measured: round(missing),
        interval: null,
        met: missing >= 100,
        why: `foreign keys and filters of the screens indexed (${carefulIndexes.length} indexes); the ${lacking.filter(Boolean).length} statements that still scan a table or sort in a temporary tree; ${workload}`,
      },
      {
        what: 'whole workload, against careful defaults',
        goal: '–',
        measured: round(careful / advised),
        interval: null,
        met: true,
        why: workload,
      },
      {
        what: 'whole workload, against primary keys only',
        goal: '–',
        measured: round(none / advised),
        interval: null,
        met: true,
        why: workload,
      },
      {
        what: 'whole workload, against one index a column',
        goal: '≥ 3 ×',
        measured: round(classic / advised),
        interval: null,
        met: classic / advised >= 3,
        why: `${classicIndexes.length} indexes with ANALYZE against ${advice.add.length}; ${workload}`,
      },
      {
        what: `seconds of the advisor at ${rows} rows`,
        goal: '< 60',
        measured: round(seconds),
        interval: null,
        met: seconds < 60,
        why: `${(advice.databaseBytes / 1e6).toFixed(0)} MB; ${advice.warnings.join('; ') || 'all candidates were tried'}`,
      },
    ]
  } finally {
    pieces.close()
    db.close()
  }
}

function piecesOf(db: Database.Database, statements: readonly Statement[]) {
  const clone = cloneDatabase(db)
  const arm = clone.openArm()
  arm.db.exec('ANALYZE')
  const whatIf = openWhatIf(arm.db)
  const { replays } = playable(arm.db, review(arm.db, statements))
  const close = () => {
    whatIf.close()
    clone.close()
  }
  return { clone, whatIf, replays, close }
}

/** Which statements still read a whole table or sort with the careful indexes. */
function lackingIn(
  clone: ReturnType<typeof cloneDatabase>,
  replays: ReturnType<typeof playable>['replays'],
): boolean[] {
  const arm = clone.openArm()
  arm.build(carefulIndexes)
  arm.db.exec('ANALYZE')
  return replays.map(({ bindings }) =>
    planOf(arm.db, bindings[0]!).some((step) => /^(SCAN|USE TEMP B-TREE)/.test(step)),
  )
}

function slowerIn(perStatement: readonly number[][]): number {
  const isSlower = ([before, after]: readonly number[]) =>
    after! > before! * (1 + limits.slowerShare) && after! - before! > limits.slowerUs
  return perStatement.filter(isSlower).length
}

function checkUndo(db: Database.Database, advice: Advice): void {
  if (advice.add.length + advice.drop.length === 0) return
  const before = schemaDump(db)
  applyAdvice(db, advice)
  undoAdvice(db)
  if (schemaDump(db) !== before) throw new Error(`undo did not give the schema of ${db.name} back`)
  undone++
}

function round(value: number): number {
  return Number(value.toPrecision(4))
}
