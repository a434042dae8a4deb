import { isPrefix } from './candidates.ts'
import { limits } from './limits.ts'
import type { Trial } from './measured/trial.ts'
import type { Workbench } from './measured/workbench.ts'
import type { Index, Schema, Table } from './sql/schema.ts'

export type DropReason = 'duplicate' | 'harmful' | 'unused'

export interface Drop {
  name: string
  table: string
  reason: DropReason
  why: string
  /** Brings it back. */
  ddl: string
  gain: number
  interval: [number, number]
}

/**
 * Indexes that may go: fronts of another one, those that slow the workload down, and those no plan of it uses. Never one that belongs to a
 * constraint or makes values unique. Each is taken away on the copy first.
 */
export function findDrops(bench: Workbench, schema: Schema, used: ReadonlySet<string>, mayDropUnused: boolean): Drop[] {
  const drops: Drop[] = []
  const gone = new Set<string>()
  const reasonFor = (index: Index, table: Table): { reason: DropReason; why: string } | undefined => {
    const wider = widerThan(index, table, gone, bench)
    if (wider) return { reason: 'duplicate', why: `${wider} begins with the same columns` }
    if (used.has(index.name)) return { reason: 'harmful', why: 'statements are faster without it' }
    return mayDropUnused && !guardsKey(index, table)
      ? { reason: 'unused', why: 'no plan of the log uses it' }
      : undefined
  }
  const tables = [...schema.values()]
  // the fronts first: an index that goes itself makes nothing superfluous
  for (const only of ['duplicate', 'harmful', 'unused'] as const)
    for (const table of tables)
      for (const index of table.indexes) {
        if (index.origin !== 'c' || index.unique || index.sql === null || gone.has(index.name)) continue
        const found = reasonFor(index, table)
        if (found?.reason !== only) continue
        const { name, sql: ddl } = index
        const trial = bench.tryDropping({ name, ddl, table: table.name }, (result) => mayGo(result, only))
        if (!mayGo(trial, only)) continue
        gone.add(name)
        drops.push({ name, table: table.name, ...found, ddl, gain: trial.gain, interval: trial.interval })
      }
  return drops
}

/** One that is in use must cost something; the others only must not be missed. */
const mayGo = ({ objection, gain, interval }: Trial, reason: DropReason): boolean =>
  objection === null && (reason === 'harmful' ? gain >= limits.minGain && interval[0] > 0 : gain > -limits.minGain / 2)

function widerThan(index: Index, table: Table, gone: ReadonlySet<string>, { accepted }: Workbench): string | undefined {
  if (index.partial || index.columns.includes(null) || /\b(DESC|COLLATE)\b/i.test(index.sql!)) return undefined
  const others = table.indexes.filter(
    ({ name, partial, sql }) =>
      name !== index.name && !partial && !gone.has(name) && !/\b(DESC|COLLATE)\b/i.test(sql ?? ''),
  )
  const made = accepted
    .filter((candidate) => candidate.table === table.name && candidate.where === null)
    .map(({ name, keys }) => ({
      name,
      columns: keys.map(({ column, isExpression, descending }) =>
        isExpression || descending ? null : column.name.toLowerCase(),
      ),
    }))
  return [...others, ...made].find(({ columns }) => isPrefix(index.columns, columns))?.name
}

/** Deleting a parent row looks its children up by the foreign key, whether or not the log shows it. */
const guardsKey = ({ columns }: Index, { foreignKeys }: Table): boolean =>
  foreignKeys.some((key) => key.includes(columns[0] ?? ''))
