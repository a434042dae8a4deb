// Adds rows to a file and has its graph built anew; its parent kills it meanwhile. The compiled code: it starts in a tenth of the time.
import { openStore } from '../dist/index.js'

const { options, from, to } = JSON.parse(process.argv[2])
const store = openStore(options)
await store.updateGraph()
process.stdout.write('ready\n')
const unit = (n) => {
  const numbers = Float32Array.from({ length: options.identity.dims }, (_, i) => Math.sin(n * (i + 1)))
  const length = Math.hypot(...numbers)
  return numbers.map((x) => x / length)
}
store.upsertDocs(
  Array.from({ length: to - from }, (_, i) => ({
    doc: { id: `d${from + i}`, title: '', collection: '', hash: 'h' },
    chunks: [{ text: `text ${from + i}`, hash: `${from + i}`, vector: unit(from + i) }],
  })),
)
await store.refresh()
store.close()
