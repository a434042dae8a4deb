// Fetches a model until it is killed. Argument: the entry, whose hashes are random. Compiled code: what is killed is what ships.
import { ensureModel } from '../dist/index.js'

await ensureModel(JSON.parse(process.argv[2]))
