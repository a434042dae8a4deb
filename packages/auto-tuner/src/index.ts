export { findBottlenecks, limits, type Metrics } from './bottlenecks.ts'
export { proposeMutant } from './halving.ts'
export { default } from './phase.ts'
