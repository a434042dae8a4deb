import type { Neighbours } from './types.ts'

/** Keeps the k best of a stream of (row, score): a binary heap whose root is the worst kept. */
export class TopK {
  readonly #k: number
  readonly #rows: Uint32Array
  readonly #scores: Float64Array
  #size = 0

  constructor(k: number) {
    this.#k = k
    this.#rows = new Uint32Array(k)
    this.#scores = new Float64Array(k)
  }

  /** Below this score a row cannot enter; -Infinity until k rows are kept. */
  get floor(): number {
    return this.#size < this.#k ? -Infinity : this.#k === 0 ? Infinity : this.#scores[0]!
  }

  offer(row: number, score: number): void {
    if (this.#size < this.#k) {
      this.#put(this.#size, row, score)
      this.#up(this.#size++)
    } else if (this.#k > 0 && this.#worse(this.#rows[0]!, this.#scores[0]!, row, score)) {
      this.#put(0, row, score)
      this.#down()
    }
  }

  /** Best first, ties by row. */
  sorted(): Neighbours {
    const order = Array.from({ length: this.#size }, (_, i) => i)
    order.sort((a, b) => this.#scores[b]! - this.#scores[a]! || this.#rows[a]! - this.#rows[b]!)
    return {
      rows: Uint32Array.from(order, (i) => this.#rows[i]!),
      scores: Float32Array.from(order, (i) => this.#scores[i]!),
    }
  }

  #worse(rowA: number, scoreA: number, rowB: number, scoreB: number): boolean {
    return scoreA < scoreB || (scoreA === scoreB && rowA > rowB)
  }

  #below(a: number, b: number): boolean {
    return this.#worse(this.#rows[a]!, this.#scores[a]!, this.#rows[b]!, this.#scores[b]!)
  }

  #put(at: number, row: number, score: number): void {
    this.#rows[at] = row
    this.#scores[at] = score
  }

  #swap(a: number, b: number): void {
    const row = this.#rows[a]!
    const score = this.#scores[a]!
    this.#put(a, this.#rows[b]!, this.#scores[b]!)
    this.#put(b, row, score)
  }

  #up(from: number): void {
    for (let at = from; at > 0; ) {
      const parent = (at - 1) >> 1
      if (!this.#below(at, parent)) return
      this.#swap(at, parent)
      at = parent
    }
  }

  #down(): void {
    for (let at = 0; ; ) {
      const left = 2 * at + 1
      if (left >= this.#size) return
      const child = left + 1 < this.#size && this.#below(left + 1, left) ? left + 1 : left
      if (!this.#below(child, at)) return
      this.#swap(at, child)
      at = child
    }
  }
}
