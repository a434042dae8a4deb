import type { Neighbours } from './types.ts'

/** Hits kept beyond k before the worst are thrown out: sorting is done this seldom. */
const slack = 256

/**
 * Keeps the k best of the hits of kernels (kernel.ts). A hit is two words that order as one 64-bit integer, so the typed array's
 * own sort ranks them, ties by the smaller row. Words are read low first: on the processors Node runs on, as in WebAssembly.
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

  /** The words of the hits kept. */
  hits(): Uint32Array {
    this.#prune()
    return this.#words.subarray(0, 2 * this.#size)
  }

  /** The rows kept, the worst first. */
  rows(): Uint32Array {
    this.#prune()
    return Uint32Array.from({ length: this.#size }, (_, i) => ~this.#words[2 * i]!)
  }

  /** Best first, for keys of f32 scores. */
  neighbours(): Neighbours {
    const rows = this.rows().reverse()
    const bits = Uint32Array.from(rows, (_, i) => {
      const key = this.#words[2 * (rows.length - i) - 1]!
      return key >>> 31 === 1 ? key ^ 0x80000000 : ~key
    })
    return { rows, scores: new Float32Array(bits.buffer) }
  }

  #prune(): void {
    this.#hits.subarray(0, this.#size).sort()
    const surplus = this.#size - this.#k
    if (surplus < 0) return
    this.#hits.copyWithin(0, surplus, this.#size)
    this.#size = this.#k
    this.floor = this.#words[1]!
  }
}
