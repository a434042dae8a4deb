export { phasePackages } from './phases.ts'
