// Goals of the proof engine, by real comparisons on this machine. Each comparison is remembered: an interrupted bench goes on;
// `--fresh` forgets, `--part <name>` runs one series only, `--busy` repeats what finds slowdowns with one core occupied,
// `--short` runs the leak test less often, `--remembered` tells what has been measured so far and measures no more comparisons.
import path from 'node:path'
import { parseArgs } from 'node:util'
import { openJournal } from '@tenfold/handoff-store'
import { scratchFolder } from '@tenfold/harness'
import { machine, median, quantile, shareInterval } from '@tenfold/measure'
import { leakRows } from '../../memory-optimizer/bench/leak-goals.ts'
import { type Run, rememberedRuns, runLanes, type Series } from './proof-parts/comparisons.ts'
import { instrumentationBytes, instrumentationMs } from './proof-parts/instrumentation.ts'
import { openBenchLab } from './proof-parts/lab.ts'
import { sideBySide } from './proof-parts/side-by-side.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    json: { type: 'boolean' },
    fresh: { type: 'boolean', default: false },
    busy: { type: 'boolean', default: false },
    part: { type: 'string' },
    remembered: { type: 'boolean', default: false },
    short: { type: 'boolean', default: false },
  },
})

interface Row {
  what: string
  goal: string
  measured: number | string
  interval: [number, number] | null
  met: boolean
  why: string
}

const abort = new AbortController()
process.once('SIGINT', () => abort.abort())
const bench = await openBenchLab(abort.signal)
const { rag, ragOnOneCore, toy } = bench
const computing = (percent: number) => toy('computing', percent)
const waiting = (percent: number) => toy('waiting', percent)

const plan: Record<string, Omit<Series, 'name'>> = {
  'equal, quiet': { percent: 0, count: 100, maxForks: 30, busy: false, arm: rag, blockRuns: 60 },
  // more comparisons of half the length: where noise is large, an early fork is as likely to mislead as a late one
  'equal, busy': { percent: 0, count: 100, maxForks: 15, busy: false, lanes: 2, arm: rag },
  '+10 %': { percent: 10, count: 50, maxForks: 10, busy: false, arm: rag },
  '+5 %': { percent: 5, count: 100, maxForks: 30, busy: false, arm: rag, blockRuns: 60 },
  '+3 %': { percent: 3, count: 20, maxForks: 30, busy: false, arm: rag },
  'milliseconds +10 %': { percent: 10, count: 10, maxForks: 30, busy: false, arm: computing },
  '100 ms +10 %': { percent: 10, count: 5, maxForks: 30, busy: false, arm: waiting },
  '+10 %, busy': { percent: 10, count: 6, maxForks: 10, busy: true, arm: ragOnOneCore },
  '+5 %, busy': { percent: 5, count: 6, maxForks: 30, busy: true, arm: ragOnOneCore },
  '+3 %, busy': { percent: 3, count: 6, maxForks: 30, busy: true, arm: ragOnOneCore },
}

const isWanted = (name: string) => (values.part ? name === values.part : values.busy || !plan[name]!.busy)
const runs: Record<string, Run[]> = {}
for (const [name, series] of Object.entries(plan)) {
  if (values.remembered) runs[name] = rememberedRuns(name, series.lanes)
  else runs[name] = isWanted(name) ? await runLanes(bench, { name, ...series }, values.fresh) : []
}

const rows: Row[] = [...falseRows(), ...powerRows(), ...timeRows()]
if (!values.part) rows.push(...(await instrumentationRows()))
if (!values.part || values.part === 'leak') rows.push(...(await leakGoals()))
/** Streams of each kind that all judges see. */
const streams = 100
const table = sideBySide(runs['equal, quiet']!.slice(0, streams), runs['+5 %']!)
rows.push(sideRow())
if (!values.json) console.table(rows.map(({ why, ...row }) => row))
console.table(table)
console.log(JSON.stringify({ bench: 'proof', rows, sideBySide: table, machine: machine() }))

async function leakGoals(): Promise<Row[]> {
  const journal = openJournal<Row[]>(path.join(scratchFolder(), 'bench', 'proof', 'leak.ndjson'))
  if (values.fresh) journal.clear()
  if (!journal.entries[0] && !values.remembered)
    journal.append(
      await leakRows(values.short ? { planted: 6, clean: 12 } : { planted: 20, clean: 50 }, (line) =>
        process.stderr.write(`${line}\n`),
      ),
    )
  return journal.entries[0] ?? []
}

function falseRows(): Row[] {
  const both = [...runs['equal, quiet']!, ...runs['equal, busy']!]
  if (both.length === 0) return []
  const wrong = both.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower').length
  const equivalent = both.filter(({ verdict }) => verdict === 'equivalent').length
  const pressure = (name: string) => median(runs[name]!.map(({ pressurePercent }) => pressurePercent)).toFixed(0)
  return [
    {
      what: 'false verdicts, the built-in query against itself',
      goal: '≤ 2 of 200',
      measured: `${wrong} of ${both.length}`,
      interval: shareInterval(wrong, both.length),
      met: both.length >= 200 && wrong <= 2,
      why: `${equivalent} equivalent, the rest undecided; median CPU pressure ${pressure('equal, quiet')} % quiet, ${pressure('equal, busy')} % beside another comparison`,
    },
  ]
}

function powerRows(): Row[] {
  const goals = { '+10 %': 0.98, '+5 %': 0.9, '+3 %': 0.6, '+10 %, busy': 0.98, '+5 %, busy': 0.9, '+3 %, busy': 0.6 }
  return Object.entries(goals).flatMap(([name, goal]) => {
    const found = runs[name]!.filter(({ verdict }) => verdict === 'slower')
    if (runs[name]!.length === 0) return []
    const forks = found.length > 0 ? median(found.map((run) => run.forks)) : Number.NaN
    return {
      what: `slowdown of ${name} found in at most ${plan[name]!.maxForks} forks`,
      goal: `≥ ${100 * goal} %`,
      measured: `${found.length} of ${runs[name]!.length}`,
      interval: shareInterval(found.length, runs[name]!.length),
      met: found.length / runs[name]!.length >= goal,
      why: `${runs[name]!.length < plan[name]!.count ? `${plan[name]!.count} planned; ` : ''}median ${forks} forks, ratio ${median(runs[name]!.map(({ ratio }) => ratio)).toFixed(3)}, ${(median(runs[name]!.map(({ wallMs }) => wallMs)) / 1000).toFixed(1)} s`,
    }
  })
}

function timeRows(): Row[] {
  const limits = { 'milliseconds +10 %': 5, '+10 %': 5, '100 ms +10 %': 40 }
  return Object.entries(limits).flatMap(([name, limit]) => {
    const seconds = runs[name]!.filter(({ verdict }) => verdict !== 'undecided').map(({ wallMs }) => wallMs / 1000)
    if (seconds.length === 0) return []
    const slow = quantile(seconds, 0.9)
    return {
      what: `time to a verdict, ${name === '+10 %' ? 'the built-in query +10 %' : name}`,
      goal: `≤ ${limit} s`,
      measured: Number(slow.toFixed(2)),
      interval: [Math.min(...seconds), Math.max(...seconds)] as [number, number],
      met: slow <= limit,
      why: `90th percentile of ${seconds.length}, median ${median(seconds).toFixed(1)} s; the interval is the range`,
    }
  })
}

async function instrumentationRows(): Promise<Row[]> {
  const cost = await instrumentationMs()
  const p50 = median(runs['equal, quiet']!.flatMap(({ interleaved }) => interleaved.a))
  const share = (ms: number) => Number(((100 * ms) / p50).toFixed(3))
  const bytes = instrumentationBytes().sort((a, b) => a - b)
  const mb = (value: number) => Number((value / 1e6).toFixed(2))
  return [
    {
      what: 'instrumentation, share of the p50 of a query',
      goal: '≤ 0.5 %',
      measured: `${share(cost.median)} %`,
      interval: [share(cost.low), share(cost.high)],
      met: share(cost.high) <= 0.5,
      why: `${(cost.median * 1000).toFixed(1)} µs around a query of ${p50.toFixed(2)} ms`,
    },
    {
      what: 'instrumentation, private memory',
      goal: '≤ 5 MB',
      measured: mb(median(bytes)),
      interval: [mb(bytes[0]!), mb(bytes.at(-1)!)],
      met: median(bytes) <= 5e6,
      why: 'everything of ours that a measured process loads, the system under test aside, after two collections; five processes',
    },
  ]
}

function sideRow(): Row {
  const [ours] = table
  const others = table.slice(1)
  const better = others.filter((judge) => judge.falseClaims + judge.missed < ours!.falseClaims + ours!.missed)
  return {
    what: 'side by side, equal and +5 % streams: fewest false and missed verdicts',
    goal: 'no other judge has fewer',
    measured: `${ours!.falseClaims} false, ${ours!.missed} missed`,
    interval: null,
    met: better.length === 0,
    why: better.length === 0 ? '' : `fewer: ${better.map(({ name }) => name).join('; ')}`,
  }
}
