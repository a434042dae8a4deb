import type { Hits } from '@tenfold/contracts'
import { wordsOf } from '@tenfold/store-kit'
import type { Meilisearch } from 'meilisearch'
import { chunkIdFrom } from './rows.ts'

/** Questions of one request. */
const perRequest = 100
/** A word may be in more chunks than are asked for; what it adds to chunks further down is not seen. */
const depth = 4

/**
 * Chunks with any of the words. The engine drops words from the end of a question until enough is found, and finds nothing for a first word
 * that is nowhere: so each word is a question of its own, all in one request, and the scores of a chunk are added, each weighted by
 * ln(1 + (N - n + 0.5) / (n + 0.5)), with n of N chunks having the word.
 */
export async function searchWords(
  client: Meilisearch,
  indexUid: string,
  text: string,
  limit: number,
  how: WordOptions,
): Promise<Hits> {
  const words = wordsOf(text)
  const scores = new Map<number, number>()
  for (let at = 0; at < words.length; at += perRequest) {
    const queries = words.slice(at, at + perRequest).map((word) => ({
      indexUid,
      // in quotes it is that word and no other
      q: `"${word}"`,
      filter: how.filter,
      limit: Math.max(depth * limit, perRequest),
      showRankingScore: true,
      attributesToRetrieve: how.fields,
    }))
    const { results } = await client.multiSearch<{ queries: typeof queries }, { id: string }>({ queries })
    for (const { hits, estimatedTotalHits: having = hits.length } of results) {
      const weight = Math.log(1 + (how.chunks - having + 0.5) / (having + 0.5))
      for (const { id, _rankingScore = 1 } of hits) {
        const chunkId = chunkIdFrom(id)
        scores.set(chunkId, (scores.get(chunkId) ?? 0) + weight * _rankingScore)
      }
    }
  }
  const best = [...scores].sort(([id, score], [other, than]) => than - score || id - other).slice(0, limit)
  return { chunkIds: best.map(([id]) => id), scores: best.map(([, score]) => score) }
}

export interface WordOptions {
  filter: string
  fields: string[]
  /** In the whole index. */
  chunks: number
}
