// Ingests the pages named by its arguments, document by document, until it is killed: workspace, folder of pages.
// Compiled code: what is killed is what ships.
import { parseConfig } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openRag } from '../dist/index.js'

const [workspace, path] = process.argv.slice(2)
const config = parseConfig({ 'speed.precision': 'int8', 'memory.ingestWindow': 1 })
const target = await openRag({ config, workspace })
const dataset = await openDataset({ kind: 'path', path })
await target.ingest(dataset.docs(), { progress: (docs) => process.stdout.write(`${docs}\n`) })
process.stdout.write('complete\n')
await target.close()
