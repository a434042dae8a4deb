import { phaseMain } from '@tenfold/phase-kit'
import phase from './phase.ts'

await phaseMain(phase, new URL('./phase.js', import.meta.url))
