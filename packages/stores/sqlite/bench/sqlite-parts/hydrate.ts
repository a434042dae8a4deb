import path from 'node:path'
import { median } from '@tenfold/measure'
import { type Connection, openConnection } from '../../src/connection.ts'
import { openStore } from '../../src/store.ts'
import { type Row, ratioRow } from './row.ts'

/** Ten texts by id: the statement of the store, against one get a row, prepared once or each time. */
export function hydrateRows(folder: string, rounds: number): Row[] {
  const file = path.join(folder, 'hydrate.db')
  const store = openStore({
    path: file,
    identity: { modelSha256: '', dims: 1, chunker: '' },
    mmapMib: 0,
    cacheKib: 16_000,
    analyze: 'none',
    statementReuse: true,
    collectionIndex: false,
    ftsOrder: 'bm25',
    ftsMaxDocShare: 1,
    vectorScan: { representation: 'f32', rescore: 10 },
  })
  const docs = Array.from({ length: 2000 }, (_, n) => ({
    doc: { id: `d${n}`, title: `Title ${n}`, collection: '', hash: '' },
    chunks: Array.from({ length: 10 }, (_, i) => ({
      text: `passage ${n} ${i} `.repeat(40),
      hash: '',
      vector: Float32Array.of(1),
    })),
  }))
  for (let from = 0; from < docs.length; from += 200) store.upsertDocs(docs.slice(from, from + 200))
  // a connection for each: one that shares its pages with the way before finds them in the processor's cache
  const dbs = [1, 2].map(() => openConnection(file, { mmapMib: 0, cacheKib: 16_000 }).db) as [Connection, Connection]
  const sql = `SELECT c.id AS chunkId, d.ext_id AS docId, d.title, c.text FROM chunks c JOIN docs d ON d.id = c.doc_id WHERE c.id = ?`
  const one = dbs[0].prepare(sql)
  const ways = {
    ours: (ids: number[]) => store.hydrate(ids),
    prepared: (ids: number[]) => ids.map((id) => one.get(id)),
    each: (ids: number[]) => ids.map((id) => dbs[1].prepare(sql).get(id)),
  }
  const us: Record<keyof typeof ways, number[]> = { ours: [], prepared: [], each: [] }
  const names = Object.keys(ways) as (keyof typeof ways)[]
  for (let round = -1; round < rounds; round++) {
    const times: Record<string, number[]> = { ours: [], prepared: [], each: [] }
    for (let n = 0; n < 400; n++) {
      const ids = Array.from({ length: 10 }, (_, i) => 1 + ((n * 7919 + i * 104_729) % 20_000))
      // each is the first one as often, which finds the pages cold
      for (let turn = 0; turn < names.length; turn++) {
        const name = names[(n + turn) % names.length]!
        const start = performance.now()
        ways[name](ids)
        times[name]!.push((performance.now() - start) * 1000)
      }
    }
    if (round >= 0) for (const name of names) us[name].push(median(times[name]!))
  }
  store.close()
  for (const db of dbs) db.close()
  const against = (name: keyof typeof ways) => us[name].map((value, round) => value / us.ours[round]!)
  const why = `20,000 passages in 2000 documents; ours ${median(us.ours).toFixed(0)} µs, prepared once ${median(us.prepared).toFixed(0)} µs, prepared each time ${median(us.each).toFixed(0)} µs`
  return [
    ratioRow(
      'ten passages by id in one statement, against ten gets of a statement prepared once',
      { least: 1 },
      against('prepared'),
      why,
    ),
    ratioRow('the same, against ten gets prepared each time', { least: 2 }, against('each'), why),
  ]
}
