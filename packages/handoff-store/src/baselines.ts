import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { summarySchema } from '@tenfold/contracts/schemas'
import { z } from 'zod'
import { asJson, replaceFile, workspaceRoot } from './files.ts'

/** baselines/performance_baselines.json (S1-6): one entry per operation, with what it was measured on. */
const baselinesSchema = z.strictObject({
  timestamp: z.iso.datetime(),
  platform: z.string(),
  runtime_version: z.string(),
  cpu_count: z.int(),
  machine: z.string(),
  run_id: z.string(),
  operations: z.record(z.string(), summarySchema),
  /** The one figure the regression test of S0-16 reads. */
  rag_query: z.strictObject({ p95_ms: z.number(), p50_ms: z.number(), iterations: z.int() }),
  quality: z.record(z.string(), z.number()),
})
export type Baselines = z.infer<typeof baselinesSchema>

const fileOf = (root: string) => path.join(root, 'baselines', 'performance_baselines.json')

export function writeBaselines(baselines: Baselines, root = workspaceRoot()): void {
  replaceFile(fileOf(root), asJson(baselinesSchema.parse(baselines)))
}

/** The accepted baselines, or undefined when none were accepted yet. Throws HANDOFF_INVALID when the file is broken. */
export function readBaselines(root = workspaceRoot()): Baselines | undefined {
  const file = fileOf(root)
  if (!existsSync(file)) return undefined
  const name = path.relative(root, file)
  const again = 'run the baseline phase again'
  let json: unknown
  try {
    json = JSON.parse(readFileSync(file, 'utf8'))
  } catch (cause) {
    throw new PipelineError('HANDOFF_INVALID', `${name} is not JSON: ${cause}`, again, { cause })
  }
  const parsed = baselinesSchema.safeParse(json)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw new PipelineError('HANDOFF_INVALID', `${name} at ${issue?.path.join('.')}: ${issue?.message}`, again)
}
