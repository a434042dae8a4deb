import { z } from 'zod'
import { storeNames } from './knobs.ts'
import { type ProfileName, profiles } from './profiles.ts'

/** What tenfold.config.ts exports. TENFOLD_TARGET, _DATA, _STORE, _RERANKER, _PROFILE and _START win over it. */
export const settingsSchema = z.strictObject({
  /** Module whose default export is a `TargetModule`. */
  target: z.string().default('@tenfold/rag'),
  /** `default` (the documentation of the npm package `ai`) or a folder. */
  data: z.string().default('default'),
  /** Where the built-in system keeps its index: `rag.store`. A server must run already; its address comes from the environment. */
  store: z.enum(storeNames).optional(),
  /** Module that exports `rerank` (`Reranker`): a file, or a package. The built-in system shows it what it found before it answers. */
  reranker: z.string().optional(),
  profile: z.enum(Object.keys(profiles) as [ProfileName, ...ProfileName[]]).default('quick'),
  /** `defaults`, or `accepted`: begin with the configuration of the last finished run. */
  start: z.enum(['defaults', 'accepted']).default('defaults'),
  /** Knobs that differ from their defaults. */
  config: z.record(z.string(), z.unknown()).default({}),
})
export type Settings = z.infer<typeof settingsSchema>
