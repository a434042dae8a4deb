// How much of what a part holds is back within a second after it was unloaded.
import { availableParallelism } from 'node:os'
import { openEncoder } from '../../../encoder/dist/index.js'
import { openGenerator } from '../../../inference/dist/index.js'
import { mallocControls, returnThresholdBytes } from '../../../measure/dist/index.js'
import { ensureModel, manifest } from '../../../models/dist/index.js'
import { giveBack } from '../../dist/governor/effects.js'
import { job, privateBytes, report, settledBytes } from './child.mjs'

const texts = Array.from(
  { length: 64 },
  (_, i) => `passage ${i} about ${'memory and streams '.repeat(8 + ((i * 7) % 40))}`,
)

async function openAndUseEncoder() {
  const encoder = await openEncoder({ ...job.encoder, device: 'cpu', batch: { maxTexts: 32, tokenBudget: 0 } })
  await encoder.embed(texts)
  return encoder
}

async function openAndUseGenerator() {
  const name = 'SmolLM2-135M-Instruct-Q4_1'
  const [file] = Object.keys(manifest[name].files)
  const { files, sha256 } = await ensureModel(name)
  const generator = await openGenerator({
    modelPath: files[file],
    modelSha256: sha256[file],
    device: 'cpu',
    threads: availableParallelism(),
    batchTokens: 512,
    contextTokens: 8192,
    prefixReuse: false,
  })
  await generator.generate({ system: 'Answer briefly.', user: texts.slice(0, 3).join('\n') }, { maxTokens: 8 })
  return generator
}

// koffi and its libraries belong to the measuring, not to the part
giveBack()
const controls = mallocControls()
if (job.thresholds && controls.available) controls.setThresholds(returnThresholdBytes)
const before = await settledBytes()
let part = await (job.part === 'encoder' ? openAndUseEncoder() : openAndUseGenerator())
const held = (await settledBytes()) - before
const start = performance.now()
await part.close()
part = undefined
giveBack()
const tookMs = performance.now() - start
await new Promise((resolve) => setTimeout(resolve, Math.max(0, 1000 - tookMs)))
await report({ held, left: privateBytes() - before, tookMs })
process.exit(0)
