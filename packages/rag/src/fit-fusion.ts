import type { Hits, Question } from '@tenfold/contracts'
import { type Fused, fuse, fuseConvex, mean, ndcgAt, nonInferior } from '@tenfold/measure'

/** How two lists become one. */
export type Fusion = { kind: 'rrf'; depth: number; k: number } | { kind: 'convex'; depth: number; weight: number }

/** What both searches found for a question whose answers are known: at least as deep as the deepest fusion that is tried. */
export interface JudgedLists extends Pick<Question, 'relevant' | 'split'> {
  vector: Hits
  words: Hits
}

export interface FusionFit {
  /** What to use: `best` where the held-out questions bear it out, else `untuned`. */
  fusion: Fusion
  accepted: boolean
  reason: string
  /** Best of all on the tune questions, as every fusion's mean nDCG@10 there. */
  best: Fusion
  tried: { fusion: Fusion; ndcg: number }[]
  /** Mean nDCG@10 on the held-out questions, and the one-sided 95 % bound of the difference. */
  heldOut: { questions: number; untuned: number; best: number; bound: number }
}

/** What is used where nothing was fitted (Cormack, Clarke and Büttcher 2009 for 60). */
export const untuned: Fusion = { kind: 'rrf', depth: 50, k: 60 }
const cutoff = 10
/** With fewer on either side a fit is chance. */
const fewestQuestions = 25

const depths = [20, 50, 100]
const candidates: Fusion[] = depths.flatMap((depth) => [
  ...[10, 30, 60, 100].map((k): Fusion => ({ kind: 'rrf', depth, k })),
  // the ends are each list alone, filled up with the other
  ...[0, 0.3, 0.5, 0.7, 1].map((weight): Fusion => ({ kind: 'convex', depth, weight })),
])

export function fuseBy(fusion: Fusion, { vector, words }: Pick<JudgedLists, 'vector' | 'words'>): Fused {
  const [near, worded] = [first(vector, fusion.depth), first(words, fusion.depth)]
  const all = near.chunkIds.length + worded.chunkIds.length
  return fusion.kind === 'rrf'
    ? fuse([near.chunkIds, worded.chunkIds], fusion.k, all)
    : fuseConvex(near, worded, fusion.weight, all)
}

/**
 * The fusion with the highest mean nDCG@10 on the questions of split `tune`, taken only if it is better than reciprocal ranks on those of
 * split `check`: their mean is higher, and the paired 95 % bound of the difference above −`margin` (in nDCG). `docOf` names the document of a chunk.
 */
export function fitFusion(
  questions: readonly JudgedLists[],
  docOf: (chunkId: number) => string | undefined,
  margin = 0,
): FusionFit {
  const [tune, check] = (['tune', 'check'] as const).map((split) => questions.filter((each) => each.split === split))
  const score = (fusion: Fusion, some: readonly JudgedLists[]) =>
    some.map((each) => {
      const docs = fuseBy(fusion, each).flatMap(({ id }) => docOf(id) ?? [])
      return ndcgAt(cutoff, [...new Set(docs)], each.relevant)
    })
  const tried = candidates.map((fusion) => ({ fusion, ndcg: tune!.length > 0 ? mean(score(fusion, tune!)) : 0 }))
  // of equals the first: shallow before deep, ranks before scores
  const { fusion: best } = tried.reduce((most, each) => (each.ndcg > most.ndcg ? each : most))
  const few = Math.min(tune!.length, check!.length) < fewestQuestions
  const { before, after, bound } =
    check!.length > 0
      ? nonInferior(score(untuned, check!), score(best, check!), '>=', margin)
      : { before: 0, after: 0, bound: 0 }
  const accepted = !few && after > before && bound > -margin
  const figures = `${after.toFixed(4)} after ${before.toFixed(4)}, bound of the difference ${bound.toFixed(4)}`
  const reason = few
    ? `${tune!.length} tune and ${check!.length} check questions are too few: ${fewestQuestions} of each are needed`
    : `${accepted ? 'better' : 'not shown to be better'} on ${check!.length} other questions: ${figures}`
  return {
    fusion: accepted ? best : untuned,
    accepted,
    reason,
    best,
    tried,
    heldOut: { questions: check!.length, untuned: before, best: after, bound },
  }
}

const first = ({ chunkIds, scores }: Hits, depth: number): Hits => ({
  chunkIds: chunkIds.slice(0, depth),
  scores: scores.slice(0, depth),
})
