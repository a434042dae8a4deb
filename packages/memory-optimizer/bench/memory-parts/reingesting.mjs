// The built-in system whose documents change while it is asked: all of them are embedded again every so many questions. Ten times at the
// beginning, until the page cache of the database has all the pages it will have: 25 ingests in a row took 0.27 MB each at first and 5 kB
// from the tenth on. Now and then a question is answered in words.
import rag from '../../../rag/dist/index.js'
import { linesOf } from './lines.mjs'

const answerEvery = 100
const settlingIngests = 10

export default {
  name: 'built-in RAG, documents changing',
  knobs: rag.knobs,
  async open(opening) {
    const { every, docs } = opening.options
    const target = await rag.open(opening)
    let asked = 0
    let revision = 0
    async function* changed() {
      revision++
      for await (const doc of linesOf(docs)) yield { ...doc, text: `${doc.text}\n\nRevision ${revision % 2}.` }
    }
    return {
      ...target,
      async query(request, on) {
        if (asked === 0) for (let i = 0; i < settlingIngests; i++) await target.ingest(changed(), { replace: true })
        else if (asked % every === 0) await target.ingest(changed(), { replace: true })
        asked++
        const words = asked % answerEvery === 0 ? { k: 1, answerTokens: 4 } : {}
        return target.query({ ...request, ...words }, on)
      },
    }
  },
}
