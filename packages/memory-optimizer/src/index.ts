export { batchCeiling } from './batch-ceiling.ts'
export { collectGarbage } from './garbage.ts'
export { growthPerQuery, type Slope } from './growth.ts'
export { default } from './phase.ts'
