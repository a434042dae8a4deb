import type { Handoff } from '@tenfold/contracts'
import type { Probe } from './probe.ts'

/** After the comparison every usable device is either adopted or rejected as not faster. */
export function closeProbes(handoff: Handoff): Handoff {
  const before = handoff.details.before as { probes?: Probe[] } | undefined
  const probes = (before?.probes ?? []).map((probe): Probe => {
    if (probe.status !== 'usable') return probe
    const adopted = handoff.config[`metal.${probe.role}Device`] === probe.requested
    return {
      ...probe,
      status: adopted ? 'adopted' : 'rejected-slower',
      reason: adopted ? handoff.reason : `not proven faster than the CPU: ${handoff.reason}`,
    }
  })
  const available = probes.some((probe) => probe.status !== 'unavailable' && probe.status !== 'present-unusable')
  const reason = available ? handoff.reason : 'no accelerator here: the CPU stays, and that is no speed-up'
  return { ...handoff, reason, details: { ...handoff.details, before: { ...before, probes } } }
}
