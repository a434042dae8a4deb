// The same passages through transformers.js as its documentation shows: feature extraction, mean pooling, normalised, fp32, 32 at once.
import { pathToFileURL } from 'node:url'
import { job, mark, report } from './child.mjs'
import { linesOf } from './lines.mjs'

const { env, pipeline } = await import(pathToFileURL(job.library).href)
env.allowRemoteModels = false
env.localModelPath = job.models
const extract = await pipeline('feature-extraction', job.model, { dtype: 'fp32', device: 'cpu' })
const slab = new Float32Array(job.count * 384)
let row = 0
let batch = []
const flush = async () => {
  const { data } = await extract(batch, { pooling: 'mean', normalize: true })
  slab.set(data, row * 384)
  row += batch.length
  batch = []
}
mark('ingest')
const start = performance.now()
for await (const { text } of linesOf(job.passages)) if (batch.push(text) === 32) await flush()
if (batch.length > 0) await flush()
await report({ embedded: row, ingestMs: performance.now() - start })
process.exit(0)
