// Goals of memory-optimizer, each arm in a fresh process, private memory as Linux counts it (RssAnon). `--short` does less of each,
// `--part load|ingest|unload|long` one of them, `--passages` and `--questions` so many instead of 10,000 and 1,000. Passages come from
// cppdocs in TENFOLD_BENCH_DATA, or in shared/data beside the workspace.
import { parseArgs } from 'node:util'
import { machine } from '@tenfold/measure'
import { ingestRows } from './memory-parts/ingest-rows.ts'
import { loadRows } from './memory-parts/load-rows.ts'
import { longRunRows } from './memory-parts/long-run-rows.ts'
import { openPassages } from './memory-parts/passages.ts'
import { absent, type Row } from './memory-parts/row.ts'
import { unloadRows } from './memory-parts/unload-rows.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    json: { type: 'boolean' },
    short: { type: 'boolean', default: false },
    part: { type: 'string' },
    passages: { type: 'string' },
    questions: { type: 'string' },
  },
})

const say = (line: string) => process.stderr.write(`${line}\n`)
const forks = values.short ? 1 : 3
const passages = Number(values.passages ?? (values.short ? 1000 : 10_000))
const questions = Number(values.questions ?? (values.short ? 100 : 1000))

const parts: Record<string, () => Promise<Row[]>> = {
  load: () => loadRows(forks),
  async ingest() {
    const data = await openPassages(passages, questions)
    if (data) return ingestRows(data)
    const why = 'cppdocs; set TENFOLD_BENCH_DATA to the folder that holds it'
    return [
      absent('peak private memory of an ingest, against transformers.js', '≤ 1/3 at equal or better speed', why),
      absent('peak private memory of ingest and questions', '≤ 300 MB', why),
    ]
  },
  unload: () => unloadRows(forks),
  long: () => longRunRows(values.short ? 400 : 5000, say),
}

const rows: Row[] = []
for (const [name, measure] of Object.entries(parts)) {
  if (values.part && values.part !== name) continue
  say(`memory bench: ${name}`)
  try {
    if (process.platform !== 'linux') throw new Error('private memory of a child is read from /proc')
    rows.push(...(await measure()))
  } catch (error) {
    // a part that fails is a row that was missed, never one that is left out
    rows.push({ what: name, goal: 'measured', measured: null, interval: null, met: false, why: String(error) })
  }
}
if (!values.json) console.table(rows.map(({ why, ...row }) => row))
console.log(JSON.stringify({ bench: 'memory', rows, machine: machine() }))
