export { copyStore } from './copy.ts'
export { openStore } from './store.ts'
export type {
  Change,
  ChunkRow,
  DocRow,
  FirstState,
  Hits,
  HydratedChunk,
  StagedChunk,
  Store,
  StoreIdentity,
  StoreOptions,
  StoreReadBack,
} from './types.ts'
