// LanceDB in a process of its own, under the Node it asks for: `fork(lancedb.mjs, [library, database, rows file, dims, 'flat' | 'graph'])`.
import { readFileSync } from 'node:fs'

const [library, database, file, width, kind] = process.argv.slice(2)
const { connect, Index } = await import(library)
const dims = Number(width)
const vectors = new Float32Array(new Uint8Array(readFileSync(file)).buffer)
const rowsAtOnce = 5000
const db = await connect(database)
let table
for (let from = 0; from < vectors.length / dims; from += rowsAtOnce) {
  const count = Math.min(rowsAtOnce, vectors.length / dims - from)
  const rows = Array.from({ length: count }, (_, i) => ({
    row: from + i,
    vector: Array.from(vectors.subarray((from + i) * dims, (from + i + 1) * dims)),
  }))
  if (table) await table.add(rows)
  else table = await db.createTable('rows', rows)
}
if (kind === 'graph') await table.createIndex('vector', { config: Index.hnswSq({ distanceType: 'cosine' }) })

process.on('message', async ({ query, k, ef }) => {
  const start = performance.now()
  const nearest = table.query().nearestTo(Float32Array.from(query)).distanceType('cosine')
  const asked = kind === 'graph' && ef ? nearest.ef(ef).refineFactor(3) : nearest
  const found = await asked.limit(k).select(['row', '_distance']).toArray()
  const ms = performance.now() - start
  process.send({ ms, rows: found.map(({ row }) => row), scores: found.map(({ _distance }) => 1 - _distance) })
})
process.send('ready')
