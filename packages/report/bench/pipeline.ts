// Cost of the last finished run: how long, how large, and how much of it was the kit's own.
import { readdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { openHandoffStore, workspaceRoot } from '@tenfold/handoff-store'

const final = openHandoffStore().readFinal()
const ledgers = final.phases.map((phase) => phase.ledger)
const sum = (part: (ledger: (typeof ledgers)[number]) => number) =>
  ledgers.reduce((total, each) => total + part(each), 0)

/** Bytes of a folder as the disk holds them, links not followed. */
function sizeOf(folder: string): number {
  return readdirSync(folder, { withFileTypes: true }).reduce((total, entry) => {
    const file = path.join(folder, entry.name)
    if (entry.isDirectory()) return total + sizeOf(file)
    return entry.isFile() ? total + statSync(file).size : total
  }, 0)
}

const row = (what: string, limit: number, measured: number, unit: string) => ({
  what,
  goal: `≤ ${limit} ${unit}`,
  measured: Number(measured.toFixed(2)),
  interval: null,
  met: measured <= limit,
  why: measured <= limit ? '' : `${measured.toFixed(2)} ${unit} in run ${final.runId}`,
})

const rows = [
  row('pipeline alone, wall time', 10, sum((ledger) => ledger.wallMs) / 60_000, 'min'),
  row(
    "the kit's own share of wall time",
    10,
    (100 * sum((ledger) => ledger.kitMs)) / sum((ledger) => ledger.wallMs),
    '%',
  ),
  row(
    'peak resident memory of any process',
    1.5,
    Math.max(...ledgers.map((ledger) => ledger.peakRssBytes)) / 1e9,
    'GB',
  ),
  row('base install, development tools included', 900, sizeOf(path.join(workspaceRoot(), 'node_modules')) / 1e6, 'MB'),
]
if (!process.argv.includes('--json')) console.table(rows)
console.log(JSON.stringify({ bench: 'pipeline', rows, machine: final.conditions.machine }))
