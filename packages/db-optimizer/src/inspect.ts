import type { Target } from '@tenfold/contracts'
import { isFullScan } from '@tenfold/index-advisor/plan'
import type { Facts, Inspection } from '@tenfold/phase-kit'
import { graphOutlook } from './graphs.ts'

/** Reads every row, in the words of SQLite or of PostgreSQL. */
const scansAll = (step: string): boolean => isFullScan(step) || /\bSeq Scan on \S*\.?\w/.test(step)

/** A search for the truth is meant to read everything. */
const isMeant = (statement: string): boolean => statement.startsWith('exact')

/** Bytes of all vectors as f32; 0 where the target does not embed. */
async function vectorBytes(target: Target): Promise<number> {
  const vector = await target.embed?.(['how long is a vector'])
  return vector ? vector.byteLength * (await target.info()).chunks : 0
}

/** What the store says it will do, the settings really in force (a misspelt one is silently ignored), and what needs an administrator. */
export async function inspectStore({ target }: Inspection): Promise<Facts> {
  const plans = (await target.plans?.()) ?? {}
  const advice = (await target.advice?.()) ?? []
  const graph = await graphOutlook(target)
  const scans = Object.entries(plans).filter(([name, steps]) => !isMeant(name) && steps.some(scansAll))
  return {
    details: {
      plans,
      fullScans: scans.map(([statement]) => statement),
      inForce: (await target.readBack?.()) ?? 'not available: the target does not read its settings back',
      advice,
      vectorBytes: await vectorBytes(target),
      ...(graph && { graph }),
    },
    warnings: [
      ...scans.map(([statement, steps]) => `${statement} scans a whole table: ${steps.filter(scansAll).join('; ')}`),
      ...advice,
      ...(typeof graph === 'object' && 'missing' in graph ? [`db.vectors graph is ${graph.missing}`] : []),
    ],
  }
}
