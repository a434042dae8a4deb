// Ingests the first documents of the default corpus. Arguments: workspace, count. Says when it begins, and its figures at the end.
// Compiled code: what is killed is what ships.
import { parseConfig } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openRag } from '../dist/index.js'

const [workspace, count] = process.argv.slice(2)
const config = parseConfig({ 'memory.ingestWindow': 4 })
const dataset = await openDataset({ kind: 'default' })
const target = await openRag({ config, workspace })
process.stdout.write('ingesting\n')
const stats = await target.ingest(first(Number(count)), { replace: true })
process.stdout.write(`${JSON.stringify(stats)}\n`)
await target.close()

async function* first(count) {
  let left = count
  for await (const doc of dataset.docs()) {
    if (left-- === 0) return
    yield doc
  }
}
