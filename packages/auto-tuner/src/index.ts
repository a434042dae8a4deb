export { findBottlenecks, limits, type Metrics } from './bottlenecks.ts'
export { proposeMutant } from './mutants.ts'
export { default } from './phase.ts'
