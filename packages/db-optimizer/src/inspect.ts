import { isFullScan } from '@tenfold/index-advisor/plan'
import type { Facts, Inspection } from '@tenfold/phase-kit'

/** What SQLite says it will do, and the settings really in force: a misspelt PRAGMA is silently ignored. */
export async function inspectStore({ target }: Inspection): Promise<Facts> {
  const plans = (await target.plans?.()) ?? {}
  const scans = Object.entries(plans).filter(([, steps]) => steps.some(isFullScan))
  return {
    details: {
      plans,
      fullScans: scans.map(([statement]) => statement),
      inForce: (await target.readBack?.()) ?? 'not available: the target does not read its settings back',
    },
    warnings: scans.map(
      ([statement, steps]) => `${statement} scans a whole table: ${steps.filter(isFullScan).join('; ')}`,
    ),
  }
}
