// Publishes one graph after another into a folder until it is killed: `node publishing.mjs <folder>`.
import { buildGraph, publishGraph, rowsInMemory } from '../dist/index.js'

const [rows, dims] = [300, 8]
const vectors = new Float32Array(rows * dims)
for (let row = 0; row < rows; row++) {
  const raw = Array.from({ length: dims }, (_, i) => Math.sin(1 + row * dims + i * i))
  vectors.set(
    raw.map((x) => x / Math.hypot(...raw)),
    row * dims,
  )
}
const shape = { connectivity: 8, expansionAdd: 32, scalar: 'i8' }
const all = Uint32Array.from({ length: rows }, (_, row) => row)
for (let turn = 1; ; turn++) {
  // each turn another number of rows, and a manifest that says so in `through` too
  const some = all.subarray(0, 200 + (turn % 100))
  const graph = await buildGraph(shape, dims, some, rowsInMemory(vectors, dims))
  await publishGraph(process.argv[2], graph, {
    ...shape,
    model: 'm',
    lastRow: some.length - 1,
    through: some.length,
    ef: 64,
    rescore: 30,
    recall: { k: 10, target: 0.5, queries: 1, mean: 1, lowerBound: 1, p5: 1 },
    mean: new Float32Array(dims),
    proof: [],
  })
  process.stdout.write('.')
}
