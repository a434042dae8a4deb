import { z } from 'zod'
import { guardResultSchema, ledgerSchema, summarySchema, verdictSchema } from './evidence.ts'
import { phaseIds } from './phases.ts'

const knobValue = z.union([z.boolean(), z.number(), z.string()])
const sha256 = z.string().regex(/^[0-9a-f]{64}$/)
const upstream = z.array(z.strictObject({ phase: z.enum(phaseIds), sha256 }))

export const conditionsSchema = z.strictObject({
  machine: z.strictObject({
    platform: z.string(),
    arch: z.string(),
    cpu: z.string(),
    cores: z.int(),
    memoryBytes: z.number(),
    fingerprint: z.string(),
  }),
  runtime: z.string(),
  loadAverage: z.number(),
  profile: z.string(),
  models: z.record(z.string(), z.string()),
  data: z.strictObject({ name: z.string(), hash: z.string(), docs: z.int(), tune: z.int(), check: z.int() }),
  commit: z.string().nullable(),
})
export type Conditions = z.infer<typeof conditionsSchema>

const changeSchema = z.record(z.string(), z.strictObject({ from: knobValue, to: knobValue }))
const jsonFile = z.strictObject({ file: z.string(), sha256, lines: z.int() })

export const handoffSchema = z.strictObject({
  schema: z.literal('tenfold.handoff/1'),
  phase: z.enum(phaseIds),
  runId: z.string(),
  createdAt: z.iso.datetime(),
  upstream,
  target: z.strictObject({ module: z.string(), name: z.string(), level: z.int() }),
  /** The whole configuration after this phase; the next phase starts from it. */
  config: z.record(z.string(), knobValue),
  changes: changeSchema,
  outcome: z.enum(['measured', 'improved', 'unchanged']),
  reason: z.string(),
  before: z.record(z.string(), summarySchema),
  after: z.record(z.string(), summarySchema),
  verdicts: z.array(verdictSchema),
  guards: z.array(guardResultSchema),
  trials: jsonFile,
  samples: jsonFile,
  conditions: conditionsSchema,
  warnings: z.array(z.string()),
  ledger: ledgerSchema,
  /** What only this phase knows: probe results, plans, hit-rate curves … */
  details: z.record(z.string(), z.unknown()),
  /** Phase 8 only: the figures the later phases are held against, flat. */
  baseline_metrics: z.record(z.string(), z.unknown()).optional(),
})
export type Handoff = z.infer<typeof handoffSchema>

const targetRowSchema = z.strictObject({
  what: z.string(),
  requirement: z.string(),
  goal: z.string(),
  measured: z.string(),
  interval: z.tuple([z.number().nullable(), z.number().nullable()]).nullable(),
  met: z.boolean(),
  why: z.string(),
})
export type TargetRow = z.infer<typeof targetRowSchema>

const nullableFigure = z.number().nullable()
const figures = z.strictObject({
  tokens_per_second: nullableFigure,
  memory_usage_mb: nullableFigure,
  retrieval_latency_ms: nullableFigure,
})

/** phase_10_complete.json: the output format of the phase-10 brief (S2-38, S2-39), measured values only, null where not measured. */
export const finalSchema = z.strictObject({
  schema: z.literal('tenfold.final/1'),
  timestamp: z.iso.datetime(),
  phase: z.literal(10),
  runId: z.string(),
  upstream,
  created_files: z.array(z.string()),
  optimizations_applied: z.strictObject({
    memory_mapping: z.boolean(),
    dynamic_batching: z.boolean(),
    mps_acceleration: z.boolean(),
    database_indices: z.boolean(),
    caching_layers: z.boolean(),
    auto_tuning: z.boolean(),
  }),
  performance_improvements: z.strictObject({
    memory_reduction_percent: nullableFigure,
    speed_increase_percent: nullableFigure,
    cache_hit_rate: nullableFigure,
    metal_utilization: nullableFigure,
  }),
  before_metrics: figures,
  after_metrics: figures,
  optimization_recommendations: z.array(z.string()),
  targets: z.array(targetRowSchema),
  config: z.record(z.string(), knobValue),
  changes: changeSchema,
  phases: z.array(
    z.strictObject({
      phase: z.enum(phaseIds),
      outcome: handoffSchema.shape.outcome,
      reason: z.string(),
      ledger: ledgerSchema,
    }),
  ),
  conditions: conditionsSchema,
})
export type FinalHandoff = z.infer<typeof finalSchema>
