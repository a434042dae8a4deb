import type { Config, Patch, Question } from '@tenfold/contracts'
import { type Fusion, type FusionFit, fitFusion, type JudgedLists } from './fit-fusion.ts'
import { openStore } from './stores.ts'
import { openRag } from './target.ts'

/** The deepest lists that a fit tries. */
const deepest = 100

/** Which fusion finds more in this index, from judged questions: `fitFusion` on what both searches find for them. */
export async function fitFusionOf(
  index: { config: Config; workspace: string },
  questions: readonly Question[],
): Promise<FusionFit> {
  const asked = questions.filter(({ relevant }) => Object.values(relevant).some((grade) => grade > 0))
  const vectors = await vectorsOf(
    index,
    asked.map(({ text }) => text),
  )
  const store = await openStore(index.config, index)
  try {
    const lists: JudgedLists[] = []
    const docs = new Map<number, string>()
    for (const [i, { text, relevant, split }] of asked.entries()) {
      const vector = await store.vectorSearch(vectors[i]!, deepest)
      const words = await store.lexicalSearch(text, deepest)
      for (const { chunkId, docId } of await store.hydrate([...vector.chunkIds, ...words.chunkIds]))
        docs.set(chunkId, docId)
      lists.push({ relevant, split, vector, words })
    }
    return fitFusion(lists, (chunkId) => docs.get(chunkId))
  } finally {
    await store.close()
  }
}

/** The knobs that stand for a fusion. */
export const patchOf = (fusion: Fusion): Patch => ({
  'rag.candidates': fusion.depth,
  'rag.fusion': fusion.kind,
  ...(fusion.kind === 'rrf' ? { 'rag.rrfK': fusion.k } : { 'rag.fusionWeight': fusion.weight }),
})

async function vectorsOf(index: { config: Config; workspace: string }, texts: string[]): Promise<Float32Array[]> {
  if (texts.length === 0) return []
  const target = await openRag(index)
  try {
    const slab = await target.embed!(texts)
    const dims = slab.length / texts.length
    return texts.map((_, i) => slab.slice(i * dims, (i + 1) * dims))
  } finally {
    await target.close()
  }
}
