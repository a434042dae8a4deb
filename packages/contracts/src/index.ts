export type { ArmRecord, Compared, Evidence, Recording, Tail } from './bundle.ts'
export { parseConfig } from './config.ts'
export type { Dataset, DataWarning, Doc, Question } from './data.ts'
export { defineSettings } from './define-settings.ts'
export { type ErrorCode, errorExitCodes, exitCodes, messageOf, PipelineError } from './errors.ts'
export type {
  Fork,
  GuardResult,
  Judged,
  Ledger,
  Noise,
  Pair,
  Protocol,
  SampleLine,
  Summary,
  Verdict,
} from './evidence.ts'
export { matchesFilter } from './filter.ts'
export type { Conditions, FinalHandoff, Handoff, TargetRow } from './handoff.ts'
export {
  describeDomain,
  isInDomain,
  type Knob,
  type KnobDomain,
  type KnobValue,
  type WorkloadName,
} from './knob-kinds.ts'
export {
  type Config,
  defaultConfig,
  diffConfig,
  type KnobKey,
  knobKeys,
  knobs,
  type Patch,
  storeNames,
} from './knobs.ts'
export { isMetricName, type Metric, type MetricName, metrics, type Unit, workloadOf } from './metrics.ts'
export { type PhaseId, phaseFiles, phaseIds } from './phases.ts'
export { type Profile, type ProfileName, profiles } from './profiles.ts'
export type { Reranker, RerankPassage } from './reranker.ts'
export { type Lookup, lookUp, resultFrom, tokenReader, type Wanted } from './response.ts'
export type { ResponsePaths } from './response-paths.ts'
export type { Settings } from './settings.ts'
export { stageNames, stageOf } from './stages.ts'
export type {
  Awaitable,
  ChunkRow,
  DocRow,
  Filter,
  Hits,
  HydratedChunk,
  Match,
  MetadataValue,
  SnippetOptions,
  Store,
  StoreAbilities,
  StoreIdentity,
  StoreOpenOptions,
  StoreProvider,
} from './store.ts'
export type { FirstStore, StagedChunk } from './store-first.ts'
export type {
  FirstState,
  IngestOptions,
  IngestProgress,
  IngestStats,
  MemoryMap,
  OpenOptions,
  Passage,
  QueryRequest,
  QueryResult,
  Stage,
  StoreTimings,
  Target,
  TargetEvent,
  TargetInfo,
  TargetModule,
  Usage,
} from './target.ts'
export type { StageMap } from './target-options.ts'
export { outcomes, tailClaimSamples, verdictNames } from './verdicts.ts'
