import { parseTargetOptions, stageMapSchema } from '@tenfold/contracts/schemas'
import { z } from 'zod'

const optionsSchema = z.strictObject({
  /** A path, absolute or from the current folder with `./`, or the name of a package. */
  module: z.string().min(1),
  export: z.string().min(1).default('default'),
  /** Handed to the `setup` the module exports, or as `options` to a target module. */
  setup: z.json().optional(),
  /** Names the function calls `stage` with → stages. Given, even empty: the function reports stages. */
  stages: stageMapSchema.optional(),
})
export type ModuleOptions = z.infer<typeof optionsSchema>

export const parseOptions = (given: unknown): ModuleOptions => parseTargetOptions(optionsSchema, 'target-module', given)
