import type { Neighbours } from './types.ts'

/** Hits kept beyond k before the worst are thrown out: sorting is done this seldom. */
const slack = 256

/**
 * Keeps the k best of the hits of kernels (kernel.ts). A hit is two words that order as one 64-bit integer, ties by the smaller
 * row. Words are read low first: on the processors Node runs on, as in WebAssembly.
 */
export class Best {
  /** Score key below which a row cannot enter. */
  floor = 0
  readonly #mostAtOnce: number
  #k = 0
  #room = 0
  #hits = new BigUint64Array(0)
  #words = new Uint32Array(0)
  #size = 0

  /** `mostAtOnce`: hits in one call of `take`. */
  constructor(mostAtOnce: number) {
    this.#mostAtOnce = mostAtOnce
  }

  /** Empty again, for the k best of what comes now. The room is kept: made anew for each search, it took a sixth of a scan of bits. */
  restart(k: number): this {
    this.#k = k
    this.#room = k + Math.max(k, slack)
    if (this.#hits.length < this.#room + this.#mostAtOnce) {
      this.#hits = new BigUint64Array(this.#room + this.#mostAtOnce)
      this.#words = new Uint32Array(this.#hits.buffer)
    }
    this.floor = 0
    this.#size = 0
    return this
  }

  /** Words of hits; of those, the rows that `accept` holds a 1 for. */
  take(words: Uint32Array, accept: Uint8Array | undefined): void {
    if (accept) {
      for (let i = 0; i < words.length; i += 2) {
        if (accept[~words[i]! >>> 0] !== 1) continue
        this.#words[2 * this.#size] = words[i]!
        this.#words[2 * this.#size++ + 1] = words[i + 1]!
      }
    } else {
      this.#words.set(words, 2 * this.#size)
      this.#size += words.length / 2
    }
    if (this.#size > this.#room) this.#prune()
  }

  /** The words of the hits kept, in no order. */
  hits(): Uint32Array {
    this.#prune()
    return this.#words.subarray(0, 2 * this.#size)
  }

  /** The rows kept, in no order. */
  rows(): Uint32Array {
    this.#prune()
    const rows = new Uint32Array(this.#size)
    for (let i = 0; i < rows.length; i++) rows[i] = ~this.#words[2 * i]!
    return rows
  }

  /** Best first, for keys of f32 scores. */
  neighbours(): Neighbours {
    this.#prune()
    this.#hits.subarray(0, this.#size).sort().reverse()
    const rows = new Uint32Array(this.#size)
    const scores = new Float32Array(this.#size)
    const bits = new Uint32Array(scores.buffer)
    for (let i = 0; i < rows.length; i++) {
      const key = this.#words[2 * i + 1]!
      rows[i] = ~this.#words[2 * i]!
      bits[i] = key >>> 31 === 1 ? key ^ 0x80000000 : ~key
    }
    return { rows, scores }
  }

  #prune(): void {
    if (this.#size < this.#k) return
    this.#select(this.#k - 1)
    this.#size = this.#k
    this.floor = this.#words[2 * this.#k - 1]!
  }

  /** Moves the best hits to the front, so that number `last` of them stands at its place (Hoare 1961, Algorithm 65: Find). */
  #select(last: number): void {
    const words = this.#words
    let [low, high] = [0, this.#size - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      const [row, key] = [words[2 * middle]!, words[2 * middle + 1]!]
      let [i, j] = [low, high]
      while (i <= j) {
        while (words[2 * i + 1]! > key || (words[2 * i + 1] === key && words[2 * i]! > row)) i++
        while (words[2 * j + 1]! < key || (words[2 * j + 1] === key && words[2 * j]! < row)) j--
        if (i > j) break
        for (const word of [0, 1]) {
          const kept = words[2 * i + word]!
          words[2 * i + word] = words[2 * j + word]!
          words[2 * j + word] = kept
        }
        i++
        j--
      }
      if (last <= j) high = j
      else if (last >= i) low = i
      else return
    }
  }
}
