import { readFileSync } from 'node:fs'
import { type Evidence, PipelineError } from '@tenfold/contracts'
import { evidenceSchema } from '@tenfold/contracts/schemas'
import { asJson, replaceFile, sha256 } from '@tenfold/handoff-store'

/** SHA-256 of the evidence without its digest, as JSON without white space. */
export function digestOf({ digest: _, ...rest }: Evidence): string {
  return sha256(JSON.stringify(rest))
}

export function sealEvidence(unsealed: Omit<Evidence, 'digest'>): Evidence {
  // parsed first: the schema puts the keys in one order, and refuses what no reader could check
  const evidence = evidenceSchema.parse({ ...unsealed, digest: '0'.repeat(64) })
  return { ...evidence, digest: digestOf(evidence) }
}

export function writeEvidence(file: string, evidence: Evidence): void {
  replaceFile(file, asJson(evidence))
}

const version = /^tenfold\.evidence\/(\d+)$/

/** The evidence in a file. Throws EVIDENCE_INVALID, or EVIDENCE_NEWER when a later tenfold wrote it. Checks form, not figures. */
export function readEvidence(file: string): Evidence {
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new PipelineError(
      'EVIDENCE_INVALID',
      `${file} is not readable JSON: ${cause}`,
      'name the file that compare wrote',
      { cause },
    )
  }
  const schema = json !== null && typeof json === 'object' && 'schema' in json ? String(json.schema) : 'missing'
  const written = version.exec(schema)?.[1]
  if (written && Number(written) > 1)
    throw new PipelineError(
      'EVIDENCE_NEWER',
      `${file} has the schema ${schema}; this tenfold reads tenfold.evidence/1`,
      `read it with a tenfold that knows evidence version ${written}`,
    )
  const parsed = evidenceSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new PipelineError(
    'EVIDENCE_INVALID',
    `${file} at ${issue?.path.join('.') || '(top)'}: ${issue?.message}`,
    'compare again; a file edited by hand is no evidence',
  )
}
