// Runs one of the toy phases, as `node dist/run.js` of a phase package does.
import { phaseMain } from '../dist/index.js'
import { baseline, db, tuner } from './toy-phases.mjs'

await phaseMain({ baseline, db, tuner }[process.argv[2]], new URL('./toy-phases.mjs', import.meta.url))
