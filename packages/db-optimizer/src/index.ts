export { default } from './phase.ts'
