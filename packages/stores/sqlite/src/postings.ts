import type { Postings } from './max-score.ts'

/** Lists of query words, kept up to a number of bytes; those not used for longest go first. */
export class PostingsCache {
  readonly #lists = new Map<string, Postings>()
  readonly #maxBytes: number
  #bytes = 0

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  has(word: string): boolean {
    return this.#lists.has(word)
  }

  /** The list of a word, made by `load` where it is not kept. */
  get(word: string, load: (word: string) => Postings): Postings {
    const list = this.#lists.get(word) ?? load(word)
    if (!this.#lists.delete(word)) this.#bytes += bytesOf(list)
    this.#lists.set(word, list)
    return list
  }

  /** Back below the limit. Apart from `get`, so that the words of one question do not push one another out. */
  trim(): void {
    for (const [word, list] of this.#lists) {
      if (this.#bytes <= this.#maxBytes) return
      this.#lists.delete(word)
      this.#bytes -= bytesOf(list)
    }
  }

  clear(): void {
    this.#lists.clear()
    this.#bytes = 0
  }
}

/** From rows of chunk id and bm25() of one word, which SQLite gives negative and by ascending id. */
export function postingsOf(rows: readonly (readonly [id: number, bm25: number])[]): Postings {
  const last = rows.at(-1)?.[0] ?? 0
  const ids = last > 0xffffffff ? new Float64Array(rows.length) : new Uint32Array(rows.length)
  const impacts = new Float64Array(rows.length)
  let most = 0
  for (const [i, [id, bm25]] of rows.entries()) {
    ids[i] = id
    impacts[i] = -bm25
    if (-bm25 > most) most = -bm25
  }
  return { ids, impacts, most }
}

const bytesOf = ({ ids, impacts }: Postings): number => ids.byteLength + impacts.byteLength
