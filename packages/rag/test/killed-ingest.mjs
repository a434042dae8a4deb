// Ingests pages, document by document, until it is killed. Arguments: workspace, folder of pages, settings as JSON.
// Compiled code: what is killed is what ships.
import { parseConfig } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openRag } from '../dist/index.js'

const [workspace, path, settings] = process.argv.slice(2)
const config = parseConfig({ ...JSON.parse(settings), 'memory.ingestWindow': 1 })
const target = await openRag({ config, workspace })
const dataset = await openDataset({ kind: 'path', path })
await target.ingest(slowToEnd(), { progress: (docs) => process.stdout.write(`${docs}\n`) })
process.stdout.write('complete\n')
await target.close()

/** The last document comes late, so that not even a busy machine is done before the kill. */
async function* slowToEnd() {
  let count = 0
  for await (const doc of dataset.docs()) {
    if (++count === dataset.docCount) await new Promise((resolve) => setTimeout(resolve, 10_000))
    yield doc
  }
}
