import { provider } from './provider.ts'

export { copyStore } from './copy.ts'
export { openStore } from './store.ts'
export type { Change, Pragmas, SqliteStore, StoreOptions } from './types.ts'
export default provider
