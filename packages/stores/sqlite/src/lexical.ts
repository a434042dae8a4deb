import type { Filter, Hits } from '@tenfold/contracts'
import { wordsOf } from '@tenfold/store-kit'
import { collectionOf } from './filter.ts'
import { anyOf } from './fts-query.ts'
import type { Prepare } from './statements.ts'
import type { StoreOptions } from './types.ts'

type Options = Pick<StoreOptions, 'ftsOrder' | 'ftsMaxDocShare'>

/** BM25 search. Word counts are kept between searches; `forget` drops them after a write. */
export function lexicalSearcher(prepare: Prepare, { ftsOrder, ftsMaxDocShare }: Options) {
  const chunksWith = new Map<string, number>()
  let chunks: number | undefined

  const share = (word: string): number => {
    chunks ??= prepare('chunkCount').pluck().get() as number
    const known =
      chunksWith.get(word) ??
      (prepare('chunksWithWord')
        .pluck()
        .get(anyOf([word])) as number)
    chunksWith.set(word, known)
    return known / Math.max(1, chunks)
  }
  /** Words in most chunks score next to nothing and cost the most. A query of such words alone keeps them all. */
  const prune = (words: string[]): string[] => {
    if (ftsMaxDocShare >= 1) return words
    const rare = words.filter((word) => share(word) <= ftsMaxDocShare)
    return rare.length > 0 ? rare : words
  }
  const names = { rank: ['lexicalRank', 'lexicalRankFiltered'], bm25: ['lexicalBm25', 'lexicalBm25Filtered'] } as const
  const [plain, filtered] = names[ftsOrder]

  return {
    search(text: string, limit: number, filter?: Filter): Hits {
      const collection = collectionOf(filter)
      const words = prune(wordsOf(text))
      if (words.length === 0 || limit === 0) return { chunkIds: [], scores: [] }
      const query = anyOf(words)
      const found = (
        collection === undefined ? prepare(plain).all(query, limit) : prepare(filtered).all(query, collection, limit)
      ) as { id: number; score: number }[]
      // SQLite's bm25 is negative, best first.
      return { chunkIds: found.map(({ id }) => id), scores: found.map(({ score }) => -score) }
    },
    forget(): void {
      chunksWith.clear()
      chunks = undefined
    },
  }
}
