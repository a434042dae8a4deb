import { provider } from './provider.ts'

export { copyStore } from './copy.ts'
export { type MaintenanceDone, performMaintenance } from './maintenance/perform.ts'
export {
  type MaintenanceKind,
  type MaintenancePlan,
  type MaintenanceStep,
  maintenancePlan,
} from './maintenance/plan.ts'
export { type AppliedStep, appliedSteps, undoMigration } from './migrations/migrate.ts'
export { storeFile, storeOptions } from './provider.ts'
export { openReadWorkers, type ReadWorkers, type ReadWorkersOptions } from './read-workers/pool.ts'
export { applySettings, type Settings, type Unmet } from './settings.ts'
export { openStore } from './store.ts'
export type { Change, Pragmas, SqliteStore, StoreOptions } from './types.ts'
export { type Checkpointer, type CheckpointerOptions, openCheckpointer } from './wal/checkpointer.ts'
export { checkWal, type WalState, type WatchOptions, watchWal } from './wal/log.ts'
export default provider
