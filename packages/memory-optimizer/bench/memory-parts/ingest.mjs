// Ingests passages with the built-in system, then asks questions.
import { parseConfig } from '../../../contracts/dist/index.js'
import rag from '../../../rag/dist/index.js'
import { job, mark, report } from './child.mjs'
import { linesOf } from './lines.mjs'

const target = await rag.open({ config: parseConfig(job.config), workspace: job.workspace })
async function* docs() {
  for await (const { id, title, text } of linesOf(job.passages)) yield { id, title, text, collection: '' }
}
mark('ingest')
const start = performance.now()
const { embedded } = await target.ingest(docs())
const ingestMs = performance.now() - start
mark('queries')
const times = []
for await (const { text } of linesOf(job.questions)) {
  const asked = performance.now()
  await target.query({ text, bypassCache: true })
  times.push(performance.now() - asked)
}
times.sort((a, b) => a - b)
await target.close()
await report({ embedded, ingestMs, queries: times.length, queryP50Ms: times[times.length >> 1] ?? null })
process.exit(0)
