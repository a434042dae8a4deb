// Ingests pages in two speeds and stops before the second batch of vectors, until it is killed. Arguments: workspace, folder of pages.
// Compiled code: what is killed is what ships.
import { parseConfig } from '@tenfold/contracts'
import { openDataset } from '@tenfold/dataset'
import { openStore } from '../dist/stores.js'
import { ingestInTwoSpeeds } from '../dist/two-speed.js'

const [workspace, path] = process.argv.slice(2)
const config = parseConfig({})
const countTokens = (text) => text.match(/\S+/g)?.length ?? 0
const vectorsOf = (texts, dims) => {
  const slab = new Float32Array(texts.length * dims)
  for (const [row, text] of texts.entries()) {
    for (let i = 0; i < text.length; i++) slab[row * dims + (i % dims)] += text.charCodeAt(i) / 1000
  }
  return slab
}
let calls = 0
await ingestInTwoSpeeds((await openDataset({ kind: 'path', path })).docs(), {
  encoder: {
    dims: 384,
    countTokens,
    async embed(texts) {
      if (++calls > 1) await new Promise((resolve) => setTimeout(resolve, 20_000))
      return vectorsOf(texts, 384)
    },
  },
  first: { dims: 26, space: 'letters', embed: (texts) => vectorsOf(texts, 26), countTokens, close() {} },
  store: await openStore(config, { workspace }),
  config,
  replace: true,
  progress() {},
  searchable: ({ pending }) => process.stdout.write(`${pending}\n`),
})
process.stdout.write('complete\n')
