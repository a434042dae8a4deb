import { createHash } from 'node:crypto'
import { type Evidence, isMetricName, metrics, PipelineError } from '@tenfold/contracts'
import { evidenceSchema } from '@tenfold/contracts/schemas'
import { invalid, parseAs } from '../refusal.ts'
import { type Content, type Format, has } from './format.ts'

const wayOut = 'name the file that tenfold compare wrote'
const schemaOf = (value: unknown) => (has(value, 'schema') ? String((value as { schema: unknown }).schema) : '')

/** Throws EVIDENCE_NEWER, RECORDING_INVALID, or EVIDENCE_ALTERED when the digest does not fit the rest. */
export function parseEvidence(value: unknown): Evidence {
  const version = /^tenfold\.evidence\/(\d+)$/.exec(schemaOf(value))?.[1]
  if (Number(version) > 1)
    throw new PipelineError(
      'EVIDENCE_NEWER',
      `this evidence has version ${version}; this tenfold reads version 1`,
      'read it with a newer tenfold',
    )
  const evidence = parseAs(evidenceSchema, value, 'evidence', wayOut)
  const { digest, ...rest } = evidence
  if (createHash('sha256').update(JSON.stringify(rest)).digest('hex') !== digest)
    throw new PipelineError(
      'EVIDENCE_ALTERED',
      'the digest of this evidence does not fit what it says',
      'take the file as compare wrote it, or compare again',
    )
  return evidence
}

/** One of the two systems; each fork was a process, and so a group. */
export function recordedArm(evidence: Evidence, arm: 'a' | 'b'): Content {
  const content: Content = {
    source: `tenfold evidence, arm ${arm} (${evidence.arms[arm === 'a' ? 0 : 1].label})`,
    createdAt: evidence.createdAt,
    machine: evidence.arms[arm === 'a' ? 0 : 1].machine,
    metrics: {},
    warnings: evidence.complete ? [] : ['the comparison ended early'],
  }
  for (const { metric, samples } of evidence.compared) {
    const line = evidence.samples.find(({ id }) => id === samples)
    if (line?.kind !== 'forks') continue
    const { unit, better } = isMetricName(metric) ? metrics[metric] : ({ unit: 'ms', better: 'lower' } as const)
    const groups = line.forks.map(({ pairs }) => pairs.flatMap((pair) => pair[arm])).filter(({ length }) => length > 0)
    if (groups.length > 0) content.metrics[metric] = { unit, better, groups }
  }
  if (Object.keys(content.metrics).length === 0) throw invalid('this evidence holds no samples', wayOut)
  return content
}

export const evidence: Format = {
  fits: (value) => schemaOf(value).startsWith('tenfold.evidence/'),
  read: (value, { arm = 'b' }) => recordedArm(parseEvidence(value), arm),
}
