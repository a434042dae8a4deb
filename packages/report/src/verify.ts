import path from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { brokenFields, type HandoffStore } from '@tenfold/handoff-store'
import type { Finding } from '@tenfold/phase-kit'
import { readEvidence } from './evidence.ts'
import { buildFinal } from './final.ts'

/** Builds phase_10_complete.json again from what it was derived from, and names every field that differs. */
export function verifyFinal(store: HandoffStore): Finding[] {
  const file = path.relative(store.root, store.fileOf('final'))
  const findings: Finding[] = []
  const find = (field: string, problem: string) => findings.push({ file, field, problem })
  try {
    const final = store.readFinal()
    for (const field of brokenFields(store.fileOf('final'))) find(field, 'altered after it was written')
    const { handoffs, samples } = readEvidence(store)
    for (const { field, stored, fresh } of differences(final, buildFinal(handoffs, samples))) {
      find(field, `${show(stored)} is stored, the handoffs give ${show(fresh)}`)
    }
  } catch (error) {
    if (!(error instanceof PipelineError)) throw error
    find('', `${error.message} (${error.hint})`)
  }
  return findings
}

const show = (value: unknown): string => (value === undefined ? 'nothing' : JSON.stringify(value))

interface Difference {
  field: string
  stored: unknown
  fresh: unknown
}

/** Leaves in which two JSON values differ, by their paths. */
export function differences(stored: unknown, fresh: unknown, field = ''): Difference[] {
  if (!isTree(stored) || !isTree(fresh) || Array.isArray(stored) !== Array.isArray(fresh)) {
    return Object.is(stored, fresh) || show(stored) === show(fresh) ? [] : [{ field, stored, fresh }]
  }
  const keys = new Set([...Object.keys(stored), ...Object.keys(fresh)])
  return [...keys].flatMap((key) => differences(stored[key], fresh[key], field + step(key, field)))
}

const isTree = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null

/** As the seal names fields: plain names by a dot, indexes and awkward names in brackets. */
function step(key: string, before: string): string {
  if (/^[A-Za-z_]\w*$/.test(key)) return before ? `.${key}` : key
  return `[${JSON.stringify(key)}]`
}
