import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { messageOf, PipelineError } from '@tenfold/contracts'
import { armSchema, conditionsSchema } from '@tenfold/contracts/schemas'
import { z } from 'zod'
import { asJson, replaceFile, workspaceRoot } from './files.ts'
import { openJournal } from './journal.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const bound = z.number().nullable()

/** baselines/reference.json: the system that others are held against, and what it was pinned from. */
export const referenceSchema = z.strictObject({
  schema: z.literal('tenfold.reference/1'),
  acceptedAt: z.iso.datetime(),
  evidenceDigest: sha256,
  arm: armSchema,
  conditions: conditionsSchema,
  /** In the unit of the metric. */
  figures: z.record(z.string(), z.strictObject({ p50: z.number(), p95: bound, n: z.int() })),
})
export type Reference = z.infer<typeof referenceSchema>

/** One comparison with the pinned reference. */
const historyEntrySchema = z.strictObject({
  at: z.iso.datetime(),
  commit: z.string().nullable(),
  /** Fingerprint. */
  machine: z.string(),
  /** `evidenceDigest` of the reference it was compared with: ratios to different references are no series. */
  reference: sha256,
  /** Candidate ÷ reference. */
  metrics: z.record(z.string(), z.strictObject({ ratio: z.number(), interval: z.tuple([bound, bound]) })),
})
export type HistoryEntry = z.infer<typeof historyEntrySchema>

export interface History {
  entries: readonly HistoryEntry[]
  append(entry: HistoryEntry): void
}

const inBaselines = (root: string, name: string) => path.join(root, 'baselines', name)

export const hasReference = (root = workspaceRoot()): boolean => existsSync(inBaselines(root, 'reference.json'))

export function writeReference(reference: Reference, root = workspaceRoot()): void {
  replaceFile(inBaselines(root, 'reference.json'), asJson(referenceSchema.parse(reference)))
}

const pinAgain = 'pin one: tenfold baseline accept <evidence.json>'

/** The pinned reference. Throws BASELINE_MISSING when there is none, HANDOFF_INVALID when it does not parse to the last field. */
export function readReference(root = workspaceRoot()): Reference {
  const file = inBaselines(root, 'reference.json')
  const name = path.relative(root, file)
  if (!existsSync(file)) throw new PipelineError('BASELINE_MISSING', `${name} does not exist`, pinAgain)
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new PipelineError('HANDOFF_INVALID', `${name} is not JSON: ${messageOf(cause)}`, pinAgain, { cause })
  }
  return parsed(referenceSchema, json, name, pinAgain)
}

/** baselines/history.ndjson, append-only. Throws HANDOFF_INVALID naming the line that cannot be read. */
export function openHistory(root = workspaceRoot()): History {
  const file = inBaselines(root, 'history.ndjson')
  const name = path.relative(root, file)
  const wayOut = 'repair or remove that line'
  let journal: ReturnType<typeof openJournal<unknown>>
  try {
    journal = openJournal<unknown>(file)
  } catch (cause) {
    throw new PipelineError('HANDOFF_INVALID', `${name} does not read: ${messageOf(cause)}`, wayOut, { cause })
  }
  const entries = journal.entries.map((entry, i) => parsed(historyEntrySchema, entry, `${name} entry ${i + 1}`, wayOut))
  return {
    entries,
    append(entry) {
      journal.append(historyEntrySchema.parse(entry))
      entries.push(entry)
    },
  }
}

function parsed<Schema extends z.ZodType>(
  schema: Schema,
  json: unknown,
  name: string,
  wayOut: string,
): z.output<Schema> {
  const result = schema.safeParse(json)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  throw new PipelineError(
    'HANDOFF_INVALID',
    `${name} at ${issue?.path.join('.') || '(top)'}: ${issue?.message}`,
    wayOut,
    { cause: result.error },
  )
}
