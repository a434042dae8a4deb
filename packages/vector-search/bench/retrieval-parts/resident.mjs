// A process that holds one index and nothing else, so that what it holds can be weighed: `node --expose-gc resident.mjs <JSON>`. Needs a build.
import { readFileSync } from 'node:fs'
import { residentMemory } from '@tenfold/measure'

const { engine, folder, file, rowsFile, dims, k, questions, passes } = JSON.parse(process.argv[2])
const asked = new Float32Array(new Uint8Array(readFileSync(questions)).buffer)
const queries = Array.from({ length: asked.length / dims }, (_, i) => asked.slice(i * dims, (i + 1) * dims))

const ours = await import('../../dist/index.js')
const { Index, MetricKind } = await import('usearch')

const opened = {
  async graph() {
    const { openGraphIndex, openRowFile, readManifest } = ours
    const { model } = readManifest(folder)
    const index = await openGraphIndex(folder, { model, dims, read: openRowFile(rowsFile, dims).read })
    return (query) => index.search(query, k)
  },
  async usearch() {
    const index = new Index(dims, MetricKind.IP)
    index.view(file)
    return (query) => {
      const { keys, distances } = index.search(query, k, 1)
      return { rows: keys, scores: distances.map((each) => 1 - each) }
    }
  },
}

// room for what is kept of each answer, so that it does not count as the index
const kept = 10
const ms = new Float64Array(passes * queries.length)
const rows = new Float64Array(kept * queries.length)
const scores = new Float32Array(kept * queries.length)
// nor does the code of both, or garbage
globalThis.gc()
const before = residentMemory()
const start = performance.now()
const search = await opened[engine]()
const openMs = performance.now() - start
for (let pass = -1; pass < passes; pass++) {
  for (const [i, query] of queries.entries()) {
    const from = performance.now()
    const answer = search(query)
    if (pass >= 0) ms[pass * queries.length + i] = performance.now() - from
    for (let n = 0; n < kept; n++) {
      rows[kept * i + n] = Number(answer.rows[n])
      scores[kept * i + n] = answer.scores[n]
    }
  }
}
globalThis.gc()
const after = residentMemory()
const added = {
  privateBytes: after.privateBytes - before.privateBytes,
  fileBackedBytes: after.fileBackedBytes - before.fileBackedBytes,
}
const of = (all, i, step) => Array.from({ length: all.length / step }, (_, n) => all[n * step + i])
console.log(
  JSON.stringify({
    ms: queries.map((_, i) => of(ms, i, queries.length)),
    found: queries.map((_, i) => ({
      rows: [...rows.subarray(kept * i, kept * (i + 1))],
      scores: [...scores.subarray(kept * i, kept * (i + 1))],
    })),
    openMs,
    added,
    wholePrivateBytes: after.privateBytes,
  }),
)
