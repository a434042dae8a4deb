import type { Hits } from '@tenfold/contracts'
import { wordsOf } from '@tenfold/store-kit'
import { anyOf } from './fts-query.ts'
import { maxScore } from './max-score.ts'
import { PostingsCache, postingsOf } from './postings.ts'
import type { Prepare } from './statements.ts'
import type { StoreOptions } from './types.ts'

type Options = Pick<StoreOptions, 'ftsOrder' | 'ftsMaxDocShare' | 'ftsPostingsMib'>
type Transact = <Result>(work: () => Result) => Result

/**
 * BM25 search. Word counts and lists are kept between searches; `forget` drops them after a write, and so does a write of another process.
 * `transact` runs reads on one state of the file.
 */
export function lexicalSearcher(prepare: Prepare, transact: Transact, options: Options) {
  const { ftsOrder, ftsMaxDocShare, ftsPostingsMib } = options
  const chunksWith = new Map<string, number>()
  const lists = new PostingsCache(ftsPostingsMib * 2 ** 20)
  let chunks: number | undefined
  let version: unknown

  const forget = () => {
    chunksWith.clear()
    lists.clear()
    chunks = undefined
  }
  const followOthers = () => {
    const now = prepare('dataVersion').pluck().get()
    if (now !== version) forget()
    version = now
  }
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

  const load = (word: string) =>
    postingsOf(
      prepare('wordScores')
        .raw()
        .all(anyOf([word])) as [number, number][],
    )
  const loadAll = (words: string[]) => words.map((word) => lists.get(word, load))
  const byLists = (words: string[], limit: number, allowed: readonly number[] | undefined): Hits => {
    // lists of one question come from one state of the file: their scores depend on all documents
    const postings = words.every((word) => lists.has(word))
      ? loadAll(words)
      : transact(() => {
          followOthers()
          return loadAll(words)
        })
    lists.trim()
    const { ids, scores } = maxScore(postings, limit, allowed)
    return { chunkIds: ids, scores }
  }
  const names = { rank: ['lexicalRank', 'lexicalRankFiltered'], bm25: ['lexicalBm25', 'lexicalBm25Filtered'] } as const
  const byQuery = (words: string[], limit: number, allowed: readonly number[] | undefined): Hits => {
    const [plain, filtered] = names[ftsOrder === 'rank' ? 'rank' : 'bm25']
    const query = anyOf(words)
    const found = (
      allowed ? prepare(filtered).all(query, JSON.stringify(allowed), limit) : prepare(plain).all(query, limit)
    ) as { id: number; score: number }[]
    // SQLite's bm25 is negative, best first.
    return { chunkIds: found.map(({ id }) => id), scores: found.map(({ score }) => -score) }
  }

  return {
    /** Among `allowed` chunks only, where given; scores are those of the whole index. */
    search(text: string, limit: number, allowed?: readonly number[]): Hits {
      followOthers()
      const words = prune(wordsOf(text))
      if (words.length === 0 || limit === 0 || allowed?.length === 0) return { chunkIds: [], scores: [] }
      return (ftsOrder === 'maxscore' ? byLists : byQuery)(words, limit, allowed)
    },
    forget,
    /** Bytes of word lists in memory. */
    bytes: () => lists.bytes,
  }
}
