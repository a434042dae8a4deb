// A small retriever that really ranks: documents by the words they share with the question. Two knobs change its cost:
// it scans twice unless `db.statementReuse`, and `db.ftsMaxDocShare` below 1 looks at half of the documents only.
import { existsSync, readFileSync, writeFileSync, writeSync } from 'node:fs'
import path from 'node:path'

// straight to the file descriptor, as native libraries print
for (let printed = 0; printed < Number(process.env.TOY_NOISE ?? 0); printed += 1000) writeSync(1, 'x'.repeat(1000))

const wordsOf = (text) => text.toLowerCase().match(/\w+/g) ?? []

function rank(docs, question) {
  const wanted = new Set(wordsOf(question))
  const scored = docs.map(({ id, words }) => ({
    id,
    score: words.filter((word) => wanted.has(word)).length / Math.sqrt(words.length),
  }))
  return scored.filter(({ score }) => score > 0).sort((a, b) => b.score - a.score)
}

export default {
  name: 'toy',
  knobs: {},
  async open({ config, workspace }) {
    if (process.env.TOY_FAIL === 'open') throw new Error('planted failure')
    const file = path.join(workspace, 'index.json')
    let docs = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : []
    return {
      info: async () => ({
        name: 'toy',
        level: 2,
        stages: [],
        knobs: {},
        models: { words: process.env.TOY_BULK ? 'b'.repeat(Number(process.env.TOY_BULK)) : '1' },
        chunks: docs.length,
      }),
      async query({ text, k = 5 }) {
        if (process.env.TOY_FAIL === 'killed') process.kill(process.pid, 'SIGKILL')
        if (process.env.TOY_FAIL === 'hang') {
          writeFileSync(path.join(process.env.TENFOLD_ROOT, 'hanging'), String(process.pid))
          await new Promise(() => setInterval(() => {}, 1000))
        }
        if (process.env.TOY_FAIL === 'mmap' && config['db.mmapMib'] > 0) throw new Error('no mapping here')
        const seen = config['db.ftsMaxDocShare'] < 1 ? docs.slice(0, docs.length / 2) : docs
        let found = rank(seen, text)
        if (!config['db.statementReuse']) found = rank(seen, text)
        const best = found.slice(0, k)
        return { ids: best.map(({ id }) => id), passages: [] }
      },
      async ingest(stream) {
        docs = []
        for await (const doc of stream) docs.push({ id: doc.id, words: wordsOf(doc.text) })
        writeFileSync(file, JSON.stringify(docs))
        return { docs: docs.length, chunks: docs.length, embedded: 0, unchanged: 0, removed: 0, wallMs: 0 }
      },
      async close() {},
    }
  },
}
