import { type Handoff, messageOf, type PhaseId, PipelineError, phaseIds, type SampleLine } from '@tenfold/contracts'
import type { HandoffStore } from '@tenfold/handoff-store'

export type Handoffs = Record<PhaseId, Handoff>

/** All a report may say comes from here. */
export interface Evidence {
  handoffs: Handoffs
  /** Raw samples of the tuner: the first configuration and the final one, measured in turn. */
  samples: readonly SampleLine[]
}

/** The eight handoffs of one run and the tuner's samples. Throws HANDOFF_MISSING, HANDOFF_INVALID or HANDOFF_STALE. */
export function readEvidence(store: HandoffStore): Evidence {
  const { runId } = store.read('baseline')
  const handoffs = Object.fromEntries(phaseIds.map((phase) => [phase, store.read(phase, runId)])) as Handoffs
  const { file } = handoffs.tuner.samples
  try {
    return { handoffs, samples: store.readSamples(file) }
  } catch (cause) {
    const hint = 'run the tuner phase again: pnpm tenfold run --only tuner'
    throw new PipelineError('HANDOFF_INVALID', `handoff/${file} cannot be read: ${messageOf(cause)}`, hint, { cause })
  }
}

/** The plain values kept under `id`; undefined when there are none. */
export function valuesOf(samples: readonly SampleLine[], id: string): readonly number[] | undefined {
  const line = samples.find((sample) => sample.id === id)
  return line?.kind === 'values' ? line.values : undefined
}

/** What lies under `path` in the details of a phase; undefined where the way ends. */
export function at(value: unknown, ...path: (string | number)[]): unknown {
  return path.reduce<unknown>(
    (inner, step) =>
      typeof inner === 'object' && inner !== null ? (inner as Record<string, unknown>)[step] : undefined,
    value,
  )
}

export function numberAt(value: unknown, ...path: (string | number)[]): number | undefined {
  const found = at(value, ...path)
  return typeof found === 'number' && Number.isFinite(found) ? found : undefined
}

export function listAt(value: unknown, ...path: (string | number)[]): unknown[] {
  const found = at(value, ...path)
  return Array.isArray(found) ? found : []
}

/** What a phase found on the state it left: its second look, or its only one. */
export const lastLook = ({ details }: Handoff): unknown => details.after ?? details.before
