// The SQLite store against plainer ways, in one process, in turn. `--short`: fewer rounds and 5 s in place of 60 s. Where fsync is cheap, what
// it costs elsewhere is not seen here; the row says so.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import type { Patch } from '@tenfold/contracts'
import { machine } from '@tenfold/measure'
import { checkpointRows } from './sqlite-parts/checkpoints.ts'
import { corpusRows } from './sqlite-parts/corpus.ts'
import { crowdRows } from './sqlite-parts/crowd-row.ts'
import { hydrateRows } from './sqlite-parts/hydrate.ts'
import { ingestRows } from './sqlite-parts/ingest.ts'
import { readerRows } from './sqlite-parts/readers.ts'
import type { Row } from './sqlite-parts/row.ts'
import { seedRows } from './sqlite-parts/seed-indexes.ts'
import { threadRows } from './sqlite-parts/threads.ts'

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: { json: { type: 'boolean' }, short: { type: 'boolean', default: false } },
})
const rounds = values.short ? 3 : 7

/** What the store may be set to, held against the defaults: as the last run left it, and the quickest that is known. */
const candidates: Record<string, Patch> = {
  'as the last run left it': ofLastRun(),
  'the quickest known': {
    'db.statementReuse': true,
    'db.ftsOrder': 'maxscore',
    'db.vectors': 'bit',
    'db.rescore': 100,
  },
}

const scratch = mkdtempSync(path.join(tmpdir(), 'tenfold-bench-sqlite-'))
const rows: Row[] = []
/** Told as they come: the whole takes minutes. */
const take = (some: Row[]) => {
  for (const { what, measured } of some) process.stderr.write(`${what}: ${measured ?? 'not measured'}\n`)
  rows.push(...some)
}
try {
  take(await ingestRows(scratch, rounds))
  take(await readerRows(scratch, rounds, values.short ? 1000 : 2000))
  take(await checkpointRows(scratch, rounds, values.short ? 1500 : 3000))
  take(hydrateRows(scratch, rounds))
  take(await threadRows(scratch, rounds))
  take(seedRows(scratch))
  take(await corpusRows(scratch, candidates, values.short ? 5 : 15))
  take(await crowdRows(scratch, values.short ? 5000 : 60_000))
} finally {
  rmSync(scratch, { recursive: true, force: true })
}
if (!values.json) console.table(rows.map(({ why, ...row }) => row))
console.log(JSON.stringify({ bench: 'sqlite', rows, machine: machine() }))

function ofLastRun(): Patch {
  const { config } = JSON.parse(readFileSync('handoff/phase_10_complete.json', 'utf8')) as {
    config: Record<string, unknown>
  }
  return Object.fromEntries(Object.entries(config).filter(([key]) => key.startsWith('db.')))
}
