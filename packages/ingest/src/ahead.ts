export interface AheadOptions {
  /** Items waiting at most. */
  limit: number
  /** Told the number of waiting items whenever it changes. */
  depth?: (waiting: number) => void
  /** For a source of somebody else's: its abort ends the queue, and nobody waits for a read that never comes back. */
  signal?: AbortSignal
  /** Called when the consumer stops before the source has ended. */
  abandoned?: () => void
}

/**
 * A bounded queue behind `source`: it runs ahead of its consumer by at most `limit` items, in order. A failure comes
 * after the items before it. When the consumer stops, the source is stopped, and what it has under way is awaited.
 */
export async function* ahead<T>(
  source: AsyncIterable<T>,
  { limit, depth = () => {}, signal, abandoned = () => {} }: AheadOptions,
): AsyncGenerator<T, void, undefined> {
  const waiting: T[] = []
  const bell = new Bell()
  const iterator = source[Symbol.asyncIterator]()
  let failure: { error: unknown } | undefined
  let ended = false
  let stopped = false
  const end = (failed?: { error: unknown }) => {
    if (!ended) failure = failed
    ended = true
    bell.ring()
  }
  const fill = async () => {
    while (!stopped && !ended) {
      if (waiting.length >= limit) {
        await bell.rung
        continue
      }
      const next = await iterator.next()
      if (next.done || ended) return
      waiting.push(next.value)
      depth(waiting.length)
      bell.ring()
    }
  }
  const abort = () => end({ error: signal!.reason })
  if (signal?.aborted) abort()
  signal?.addEventListener('abort', abort)
  const filling = fill().then(
    () => end(),
    (error) => end({ error }),
  )
  try {
    for (;;) {
      while (waiting.length === 0 && !ended) await bell.rung
      if (waiting.length === 0) break
      const item = waiting.shift()!
      depth(waiting.length)
      bell.ring()
      yield item
    }
    if (failure) throw failure.error
  } finally {
    stopped = true
    bell.ring()
    if (!ended) abandoned()
    signal?.removeEventListener('abort', abort)
    const closed = filling.then(() => iterator.return?.()).catch(() => {})
    if (!signal) await closed
  }
}

/** Wakes whoever waits; each ring is a new one. */
class Bell {
  #ring = () => {}
  rung = this.#renew()

  #renew(): Promise<void> {
    return new Promise((resolve) => {
      this.#ring = resolve
    })
  }

  ring(): void {
    const ring = this.#ring
    this.rung = this.#renew()
    ring()
  }
}
