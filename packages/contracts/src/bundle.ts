import { z } from 'zod'
import { guardResultSchema, judgedSchema, sampleLineSchema } from './evidence.ts'
import { conditionsSchema } from './handoff.ts'
import { outcomes } from './verdicts.ts'

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const interval = z.tuple([z.number().nullable(), z.number().nullable()])

/** One of the two systems: how it was reached, and the identity of everything that makes its figures what they are. */
export const armSchema = z.strictObject({
  /** As the user named it. */
  label: z.string(),
  kind: z.enum(['config', 'http', 'command', 'module', 'revision', 'recorded']),
  target: z.strictObject({ module: z.string(), options: z.record(z.string(), z.unknown()) }),
  config: z.record(z.string(), z.union([z.boolean(), z.number(), z.string()])),
  /** Of target, options and configuration. */
  configHash: sha256,
  /** Of the code that was loaded, where it is a file; a service keeps its own secret. */
  binaryHash: sha256.nullable(),
  models: z.record(z.string(), z.string()),
  /** Machine the arm ran on and data it answered from: they must be the other arm's too. */
  machine: z.string(),
  dataHash: z.string(),
})
export type ArmRecord = z.infer<typeof armSchema>

/** p95 of candidate ÷ incumbent. `not-claimed`: too few samples, or the interval does not clear the margin. */
const tailSchema = z.strictObject({
  n: z.int(),
  beforeP95: z.number(),
  afterP95: z.number(),
  interval,
  claim: z.enum(['faster', 'slower', 'not-claimed']),
})
export type Tail = z.infer<typeof tailSchema>

export const comparedSchema = judgedSchema.extend({ tail: tailSchema.nullable() })
export type Compared = z.infer<typeof comparedSchema>

export const evidenceSchema = z.strictObject({
  schema: z.literal('tenfold.evidence/1'),
  createdAt: z.iso.datetime(),
  /** Version of tenfold that wrote it. */
  tool: z.string(),
  seed: z.int(),
  /** Incumbent and candidate. */
  arms: z.tuple([armSchema, armSchema]),
  /** Both in one client process, a process for each, or runs that were recorded before. */
  mode: z.enum(['one-process', 'separate', 'recorded']),
  conditions: conditionsSchema,
  /** The incumbent against itself, before anything else; its margin is what the others are held to at least. */
  noiseFloor: judgedSchema.nullable(),
  compared: z.array(comparedSchema),
  guards: z.array(guardResultSchema),
  outcome: z.enum(outcomes),
  /** False when the comparison had to end early; what was measured until then is kept. */
  complete: z.boolean(),
  failures: z.array(z.string()),
  warnings: z.array(z.string()),
  /** What was seen but is not compared: memory by owner, CPU, devices. */
  details: z.record(z.string(), z.unknown()),
  samples: z.array(sampleLineSchema),
  /** SHA-256 of everything above, as JSON without white space. */
  digest: sha256,
})
export type Evidence = z.infer<typeof evidenceSchema>

/** Runs measured elsewhere or at another time, in groups of one process each. Not interleaved with anything. */
export const recordingSchema = z.strictObject({
  schema: z.literal('tenfold.recording/1'),
  source: z.string(),
  label: z.string(),
  createdAt: z.iso.datetime().nullable(),
  /** Fingerprint of the machine, where the source tells. */
  machine: z.string().nullable(),
  metrics: z.record(
    z.string(),
    z.strictObject({ unit: z.string(), better: z.enum(['lower', 'higher']), groups: z.array(z.array(z.number())) }),
  ),
  warnings: z.array(z.string()),
})
export type Recording = z.infer<typeof recordingSchema>
