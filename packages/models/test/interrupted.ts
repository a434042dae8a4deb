import { ensureModel } from '../src/index.ts'
import { entry } from './fixture.ts'

/** Run as a process of its own, to be killed: the hashes are random, so they come by argument. */
const files = JSON.parse(process.argv[2]!)
await ensureModel({ ...entry, files })
