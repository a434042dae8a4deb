// Runs one of the toy phases, as `node dist/run.js` of a phase package does.
import { phaseMain } from '../dist/index.js'
import * as phases from './toy-phases.mjs'

await phaseMain(phases[process.argv[2]], new URL('./toy-phases.mjs', import.meta.url))
