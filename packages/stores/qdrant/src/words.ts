import { createHash } from 'node:crypto'
import { countsOf, termsOf } from '@tenfold/store-kit'

/** A sparse vector: numbers of terms, ascending, and a weight for each. */
export interface SparseVector {
  indices: number[]
  values: number[]
}

const k1 = 1.2
const b = 0.75
/** Terms of a usual chunk. BM25 wants the average of the corpus, which is not known while it is written; Qdrant's own BM25 fixes it too. */
const averageTerms = 150

/** The first 32 bits of a SHA-256: two of 100,000 different terms share a number with a chance of about 0.7 in all. */
const numberOf = (term: string): number => createHash('sha256').update(term).digest().readUInt32BE()

/** What BM25 says of a text by itself (Robertson and Zaragoza 2009); the idf is the server's, by the modifier of the field. */
export function weightsOf(text: string): SparseVector {
  const { words, counts, length } = countsOf(text)
  const weights = new Map<number, number>()
  for (const [i, word] of words.entries()) {
    const times = counts[i]!
    const weight = (times * (k1 + 1)) / (times + k1 * (1 - b + (b * length) / averageTerms))
    const term = numberOf(word)
    weights.set(term, (weights.get(term) ?? 0) + weight)
  }
  return inOrder(weights)
}

/** Each term of a question counts once. */
export const askedOf = (text: string): SparseVector =>
  inOrder(new Map(termsOf(text).map((term) => [numberOf(term), 1])))

function inOrder(weights: Map<number, number>): SparseVector {
  const indices = [...weights.keys()].sort((one, other) => one - other)
  return { indices, values: indices.map((index) => weights.get(index)!) }
}
