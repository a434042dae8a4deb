import { PipelineError } from '@tenfold/contracts'
import { defineWorkload } from '../workload.ts'

interface Item {
  text: string
  vector: Float32Array
}

/** Vector search, BM25 and texts for a vector computed beforehand: the store without the encoder. */
export const store = defineWorkload<Item>({
  name: 'store',
  metric: 'store.ms',
  isolation: 'one-process',
  aggregate: 'min',
  delta: 0.02,
  pairs: 8,
  subPairs: 5,
  warmUp: { minRuns: 15, maxRuns: 30, capMs: 2000 },
  describe: (profile) => profile.querySamples,
  async prepare({ target, questions }) {
    if (!target.embed || !target.search) throw notOffered('embed and search')
    const texts = questions.map((question) => question.text)
    const slab = await target.embed(texts)
    const dims = slab.length / texts.length
    return texts.map((text, i) => ({ text, vector: slab.slice(i * dims, (i + 1) * dims) }))
  },
  async run(target, { text, vector }) {
    if (!target.search) throw notOffered('search')
    const start = performance.now()
    const { vectorMs, lexicalMs, hydrateMs } = await target.search(text, vector)
    const ms = performance.now() - start
    return { 'store.ms': ms, 'store.vectorMs': vectorMs, 'store.lexicalMs': lexicalMs, 'store.hydrateMs': hydrateMs }
  },
})

export function notOffered(what: string): PipelineError {
  return new PipelineError(
    'TARGET_FAILED',
    `the target does not offer ${what}`,
    'leave this phase out with --only, or add it to the target',
  )
}
