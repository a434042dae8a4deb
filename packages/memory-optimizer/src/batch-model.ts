import { ceilingHeadroom } from './fit-ceiling.ts'

/** What a batch took: private bytes at its peak, with so many rows padded to so many tokens. */
export interface BatchObservation {
  rows: number
  length: number
  bytes: number
}

export interface BatchModelOptions {
  ceilingBytes: number
  /** Most rows of a batch, whatever fits. */
  maxRows: number
  /** Share of the ceiling that the prediction leaves free. */
  headroom?: number
}

/** Clean batches after which one bucket more is tried. */
const cleanBatches = 50
/** Rows that a bucket adds. */
const bucketRows = 4
/** Rows to begin with, as where memory is scarce (`batchCeiling`). */
const firstRows = 8

/**
 * How many rows fit into a batch. Two limits, the stricter holds: the peak is bytes ≈ a + b × rows × length, fitted to what was
 * observed (least squares); and a cap halves at each alarm and grows by a bucket after 50 clean batches (AIMD, Chiu and Jain 1989).
 */
export class BatchModel {
  readonly #options: Required<BatchModelOptions>
  #cap: number
  #clean = 0
  // running moments of tokens (x) and bytes (y): the mean of each, and sums of squares around them (Welford 1962)
  #count = 0
  #meanTokens = 0
  #meanBytes = 0
  #tokensSquared = 0
  #together = 0

  constructor({ headroom = ceilingHeadroom, ...rest }: BatchModelOptions) {
    this.#options = { headroom, ...rest }
    this.#cap = Math.min(firstRows, rest.maxRows)
  }

  /** A batch went well. */
  observe({ rows, length, bytes }: BatchObservation): void {
    const tokens = rows * length
    if (!(tokens > 0) || !(bytes >= 0) || !Number.isFinite(tokens + bytes))
      throw new RangeError(`a batch of ${rows} x ${length} tokens took ${bytes} bytes`)
    this.#count++
    const beside = tokens - this.#meanTokens
    this.#meanTokens += beside / this.#count
    this.#meanBytes += (bytes - this.#meanBytes) / this.#count
    this.#tokensSquared += beside * (tokens - this.#meanTokens)
    this.#together += beside * (bytes - this.#meanBytes)
    if (++this.#clean < cleanBatches) return
    this.#clean = 0
    this.#cap = Math.min(this.#options.maxRows, this.#cap + bucketRows)
  }

  /** Memory ran short, or an allocation failed. */
  alarm(): void {
    this.#clean = 0
    this.#cap = Math.max(1, Math.floor(this.#cap / 2))
  }

  /** Fitted a and b; undefined until batches of two sizes were seen. Bytes that seem to fall with tokens are taken as constant. */
  fit(): { fixedBytes: number; bytesPerToken: number } | undefined {
    if (this.#tokensSquared === 0) return undefined
    const bytesPerToken = Math.max(0, this.#together / this.#tokensSquared)
    return { fixedBytes: this.#meanBytes - bytesPerToken * this.#meanTokens, bytesPerToken }
  }

  /** Rows for a batch padded to `length` tokens; one at least, since a text must be embedded somehow. */
  rowsFor(length: number): number {
    const fit = this.fit()
    if (!fit || fit.bytesPerToken === 0) return this.#cap
    const room = this.#options.ceilingBytes * (1 - this.#options.headroom) - fit.fixedBytes
    return Math.max(1, Math.min(this.#cap, Math.floor(room / (fit.bytesPerToken * length))))
  }
}
