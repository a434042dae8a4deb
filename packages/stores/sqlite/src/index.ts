export { copyStore } from './copy.ts'
export { openStore } from './store.ts'
export type {
  Change,
  ChunkRow,
  DocRow,
  Hits,
  HydratedChunk,
  Store,
  StoreIdentity,
  StoreOptions,
  StoreReadBack,
} from './types.ts'
