// A process that holds one index and nothing else, so that what it holds can be weighed: `node resident.mjs <JSON>`. Needs a build.
import { readFileSync } from 'node:fs'
import { privateBytes, residentMemory } from '@tenfold/measure'

const { engine, folder, file, rowsFile, dims, k, questions, passes } = JSON.parse(process.argv[2])
const asked = new Float32Array(new Uint8Array(readFileSync(questions)).buffer)
const queries = Array.from({ length: asked.length / dims }, (_, i) => asked.slice(i * dims, (i + 1) * dims))

const opened = {
  async graph() {
    const { openGraphIndex, openRowFile, readManifest } = await import('../../dist/index.js')
    const { model } = readManifest(folder)
    const index = await openGraphIndex(folder, { model, dims, read: openRowFile(rowsFile, dims).read })
    return (query) => {
      const { rows, scores } = index.search(query, k)
      return { rows: [...rows], scores: [...scores] }
    }
  },
  async usearch() {
    const { Index, MetricKind } = await import('usearch')
    const index = new Index(dims, MetricKind.IP)
    index.view(file)
    return (query) => {
      const { keys, distances } = index.search(query, k, 1)
      return { rows: Array.from(keys, Number), scores: Array.from(distances, (each) => 1 - each) }
    }
  },
}

const before = residentMemory()
const start = performance.now()
const search = await opened[engine]()
const openMs = performance.now() - start
const ms = queries.map(() => [])
let found = []
for (let pass = -1; pass < passes; pass++) {
  found = queries.map((query, i) => {
    const from = performance.now()
    const answer = search(query)
    if (pass >= 0) ms[i].push(performance.now() - from)
    return answer
  })
}
const after = residentMemory()
const grown = (part) => after[part] - before[part]
const added = { privateBytes: grown('privateBytes'), fileBackedBytes: grown('fileBackedBytes') }
console.log(JSON.stringify({ ms, found, openMs, added, wholePrivateBytes: privateBytes() }))
