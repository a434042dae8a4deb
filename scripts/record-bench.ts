// `pnpm bench <name> --json | pnpm bench:record`: puts the rows into docs/benchmarks.md, in place of those of an earlier run.
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import path from 'node:path'

interface Row {
  what: string
  goal: string | null
  measured: number | string | null
  interval: [number, number] | null
  met: boolean | null
  why: string
}
interface Bench {
  bench: string
  rows: Row[]
  machine: { cpu?: string; cores?: number; memoryBytes?: number }
}

const page = path.join(import.meta.dirname, '../docs/benchmarks.md')
const start = `# Benchmarks

One row for each goal, missed ones with what stands in the way. Ratios are of both sides in one run. Written by
\`pnpm bench <name> --json | pnpm bench:record\`; run it to have the figures of your machine.
`

const last = readFileSync(0, 'utf8').trim().split('\n').at(-1) ?? ''
const bench = read(last)
if (bench) record(bench)
else {
  console.error('the last line is not what `pnpm bench <name> --json` prints')
  process.exitCode = 2
}

function read(line: string): Bench | undefined {
  try {
    const value = JSON.parse(line) as Bench
    return typeof value.bench === 'string' && Array.isArray(value.rows) ? value : undefined
  } catch {
    return undefined
  }
}

function record({ bench, rows, machine }: Bench): void {
  const [first, end] = [`<!-- ${bench} -->`, `<!-- end of ${bench} -->`]
  const before = existsSync(page) ? readFileSync(page, 'utf8') : start
  const section = [first, `## ${bench}`, '', conditions(machine), '', ...table(rows), end].join('\n')
  const from = before.indexOf(first)
  const text =
    from < 0
      ? `${before.trimEnd()}\n\n${section}\n`
      : before.slice(0, from) + section + before.slice(before.indexOf(end) + end.length)
  writeFileSync(`${page}.tmp`, text)
  renameSync(`${page}.tmp`, page)
}

function conditions({ cpu, cores, memoryBytes }: Bench['machine']): string {
  const memory = memoryBytes === undefined ? '' : `, ${Math.round(memoryBytes / 2 ** 30)} GiB`
  const day = new Date().toISOString().slice(0, 10)
  return `${day}, ${cpu ?? 'unknown processor'}, ${cores ?? '?'} cores${memory}, Node ${process.versions.node}.`
}

function table(rows: Row[]): string[] {
  const cell = (value: unknown) => String(value ?? '–').replaceAll('|', '\\|')
  const line = ({ what, goal, measured, interval, met, why }: Row) =>
    [
      what,
      goal,
      measured,
      interval ? `[${interval.join(', ')}]` : null,
      met === null ? null : met ? 'met' : '**missed**',
      why,
    ]
      .map(cell)
      .join(' | ')
  return [
    '| what | goal | measured | interval | | how, and why not |',
    '| :--- | :--- | ---: | :--- | :--- | :--- |',
    ...rows.map((row) => `| ${line(row)} |`),
  ]
}
