export { isFullScan } from './inspect.ts'
export { default } from './phase.ts'
