// What checks a file or an option when it comes in. Apart from the rest, because zod takes 10 MB and 50 ms that a measured process should not pay.
export { armSchema, comparedSchema, evidenceSchema, recordingSchema } from './bundle.ts'
export {
  forkSchema,
  guardResultSchema,
  judgedSchema,
  ledgerSchema,
  sampleLineSchema,
  summarySchema,
  verdictSchema,
} from './evidence.ts'
export { conditionsSchema, finalSchema, handoffSchema } from './handoff.ts'
export { responsePathsSchema } from './response-paths.ts'
export { settingsSchema } from './settings.ts'
export { parseTargetOptions, stageMapSchema } from './target-options.ts'
