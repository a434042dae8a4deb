import { phaseIds, type TargetRow } from '@tenfold/contracts'
import { type Handoffs, lastLook, numberAt } from './evidence.ts'
import { bytesText, countText, grouped } from './words.ts'

export interface Growth {
  queries: number
  bytesPerQuery: number
  interval: [number, number]
  /** Memory that was free when it was measured. */
  availableBytes: number | undefined
}

/** The growth test of the memory phase, on the state that phase left. */
export function growthOf(handoffs: Handoffs): Growth | undefined {
  const look = lastLook(handoffs.memory)
  const [queries, bytesPerQuery] = [numberAt(look, 'growth', 'queries'), numberAt(look, 'growth', 'bytesPerQuery')]
  const [low, high] = [numberAt(look, 'growth', 'interval', 0), numberAt(look, 'growth', 'interval', 1)]
  if (queries === undefined || bytesPerQuery === undefined || low === undefined || high === undefined) return undefined
  return { queries, bytesPerQuery, interval: [low, high], availableBytes: numberAt(look, 'availableBytes') }
}

export const tellsOfKill = (warning: string): boolean => /was killed by|out of memory|ENOMEM/i.test(warning)

/** Warnings that tell of a process the system killed, each with its phase. */
export function killed(handoffs: Handoffs): string[] {
  return phaseIds.flatMap((phase) =>
    handoffs[phase].warnings.filter(tellsOfKill).map((warning) => `${phase}: ${warning}`),
  )
}

/** Normal load between two restarts: a question a second for a week. */
const normalLoad = 7 * 24 * 3600

/** Nothing was killed, and at the upper bound of its growth the free memory lasts for the normal load. */
export function outOfMemoryRow(handoffs: Handoffs): TargetRow {
  const row = { what: 'out of memory', requirement: 'S2-44', goal: 'never under normal load' }
  const kills = killed(handoffs)
  const growth = growthOf(handoffs)
  const ended =
    kills.length === 0 ? 'no process was killed' : `${countText(kills.length, 'process', 'processes')} killed`
  if (!growth)
    return {
      ...row,
      measured: ended,
      interval: null,
      met: false,
      why: kills[0] ?? 'not claimed: growth was not measured',
    }
  const { queries, bytesPerQuery, interval, availableBytes } = growth
  const measured = `${ended}; ${bytesText(bytesPerQuery)} a question over ${grouped(queries)} questions`
  if (kills[0]) return { ...row, measured, interval, met: false, why: kills[0] }
  const high = interval[1]
  if (high <= 0)
    return {
      ...row,
      measured,
      interval,
      met: true,
      why: 'memory does not grow: the whole 95 % interval is at or below zero',
    }
  if (availableBytes === undefined)
    return { ...row, measured, interval, met: false, why: 'not claimed: the free memory was not measured' }
  const lasts = Math.floor(availableBytes / high)
  const said = `at its upper bound of ${bytesText(high)} a question the ${bytesText(availableBytes)} then free last ${grouped(lasts)} questions`
  return {
    ...row,
    measured,
    interval,
    met: lasts >= normalLoad,
    why: lasts >= normalLoad ? said : `${said}, fewer than ${grouped(normalLoad)}`,
  }
}
