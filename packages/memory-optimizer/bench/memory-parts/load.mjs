// Private memory that loading the encoder adds.
import { openEncoder } from '../../../encoder/dist/index.js'
import { job, report, settledBytes } from './child.mjs'

const before = await settledBytes()
// as memory.mallocTrim has it: else what packing the weights borrows stays in the heap of each thread
if (job.mallocTrim) {
  const { mallocControls, returnThresholdBytes } = await import('../../../measure/dist/index.js')
  const malloc = mallocControls()
  if (malloc.available) malloc.setThresholds(returnThresholdBytes)
}
const encoder = await openEncoder({ ...job.encoder, device: 'cpu', batch: { maxTexts: 32, tokenBudget: 0 } })
const loadedBytes = (await settledBytes()) - before
await encoder.embed(['How do I stop a tool loop after five steps?'], { lane: 'query' })
await report({ loadedBytes, usedBytes: (await settledBytes()) - before })
process.exit(0)
