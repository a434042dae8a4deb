// One piece of work on a file of a volume that is full or may only be read; prints how it ended.
import { openConnection, openReader } from '../dist/connection.js'
import { maintenancePlan, openStore, performMaintenance } from '../dist/index.js'

const [work, settings] = process.argv.slice(2)
const options = JSON.parse(settings)
const big = (n) => ({
  text: `piece ${n} ${'filler '.repeat(900)}`,
  hash: `h${n}`,
  vector: Float32Array.of(1, 0, 0),
})
let stored = 0
try {
  if (work === 'vacuum') {
    const { db } = openConnection(options.path, options)
    const vacuum = maintenancePlan(db).steps.filter(({ kind }) => kind === 'vacuum')
    performMaintenance(db, vacuum)
  } else if (work === 'read') {
    const reader = openReader(options.path, options)
    stored = reader.prepare('SELECT count(*) FROM docs').pluck().get()
    reader.close()
  } else if (work === 'graph') {
    const store = openStore({ ...options, vectorScan: { representation: 'graph', rescore: 40, ef: 64 } })
    await store.updateGraph()
    const more = Array.from({ length: 100 }, (_, n) => ({
      ...big(n),
      vector: Float32Array.of(Math.cos(n), 0, Math.sin(n)),
    }))
    store.upsertDoc({ id: 'more', title: 't', collection: '', hash: 'h' }, more)
    await store.refresh()
    const [nearest] = store.vectorSearch(Float32Array.of(Math.cos(7), 0, Math.sin(7)), 1).scores
    console.log(JSON.stringify({ rows: store.graphRows(), nearest, advice: await store.advice() }))
    store.close()
  } else {
    const store = openStore(options)
    if (work === 'fill')
      for (; stored < 2000; stored++)
        store.upsertDoc({ id: `d${stored}`, title: 't', collection: '', hash: 'h' }, [big(stored)])
    store.close()
  }
  if (work !== 'graph') console.log(JSON.stringify({ stored }))
} catch (error) {
  const { code, message, hint } = error
  console.log(JSON.stringify({ stored, code, message, hint }))
}
