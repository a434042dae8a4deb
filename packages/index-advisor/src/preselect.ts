import { type Candidate, candidatesFor } from './candidates.ts'
import { limits } from './limits.ts'
import { indexesIn } from './sql/plan.ts'
import type { Schema } from './sql/schema.ts'
import type { Statement } from './statements.ts'
import type { WhatIf } from './what-if.ts'

/** Indexes to be tried together: a join may need one on each side, and be slower with only one of them. */
export type Proposal = readonly Candidate[]

/**
 * What the planner itself would choose from all candidates, without any row: its favourite, then its favourite without that one, and so
 * on. Candidates that differ only in the order of columns count once, unless another statement could use the front of the other order.
 */
export function preselect(
  statements: readonly Statement[],
  schema: Schema,
  whatIf: WhatIf,
  most: number = limits.candidates,
): Proposal[] {
  const all = statements.map((statement) => ({ statement, candidates: candidatesFor(statement, schema) }))
  const everyFront = new Set(all.flatMap(({ candidates }) => candidates.map(columnsOf)))
  const proposals = new Map<string, Proposal>()
  for (const { statement, candidates } of all)
    for (const proposal of favourites(statement, merged(candidates, everyFront), whatIf)) {
      const key = proposal
        .map(({ name }) => name)
        .sort()
        .join(' ')
      if (proposals.size < most) proposals.set(key, proposal)
    }
  return [...proposals.values()]
}

const columnsOf = ({ table, keys, where }: Candidate): string =>
  [table, where, ...keys.map(({ sql }) => sql)].join('\n')

/** One of each set of columns, and those orders whose front is a candidate of its own. */
function merged(candidates: readonly Candidate[], everyFront: ReadonlySet<string>): Candidate[] {
  const seen = new Set<string>()
  return candidates.filter((candidate) => {
    const { table, keys, where } = candidate
    const set = [table, where, ...keys.map(({ sql }) => sql).sort()].join('\n')
    const isFirst = !seen.has(set)
    seen.add(set)
    const fronts = keys.slice(0, -1).map((_, i) => columnsOf({ ...candidate, keys: keys.slice(0, i + 1) }))
    return isFirst || fronts.some((front) => everyFront.has(front))
  })
}

function favourites(statement: Statement, candidates: readonly Candidate[], whatIf: WhatIf): Proposal[] {
  const binding = statement.bindings[0]!
  const proposals: Proposal[] = []
  let left = [...candidates]
  for (let round = 0; round < limits.candidatesPerStatement && left.length > 0; round++) {
    const used = usedBy(whatIf.plan(binding, left) ?? [], left)
    if (used.length === 0) break
    if (used.length > 1) proposals.push(used)
    proposals.push(...used.map((candidate) => [candidate]))
    left = left.filter((candidate) => !used.includes(candidate))
  }
  // the narrowest is cheap to keep and often enough
  const narrowest = candidates.filter(({ keys }) => keys.length === 1)
  return [
    ...proposals,
    ...narrowest
      .map((candidate) => [candidate])
      .filter(([one]) => usedBy(whatIf.plan(binding, [one!]) ?? [], [one!]).length > 0),
  ]
}

export const usedBy = (plan: readonly string[], candidates: readonly Candidate[]): Candidate[] => {
  const names = new Set(indexesIn(plan))
  return candidates.filter(({ name }) => names.has(name))
}
