/** Bounds how many documents are between the source and the store. */
export class Window {
  #free: number
  #waiting: (() => void)[] = []

  constructor(size: number) {
    this.#free = size
  }

  async take(): Promise<void> {
    if (this.#free > 0) this.#free--
    else await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  give(count: number): void {
    for (let i = 0; i < count; i++) {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free++
    }
  }
}

/** Items of `source`, each read only when there is room for it. */
export async function* admitted<T>(source: AsyncIterable<T>, window: Window): AsyncGenerator<T, void, undefined> {
  const iterator = source[Symbol.asyncIterator]()
  try {
    for (;;) {
      await window.take()
      const next = await iterator.next()
      if (next.done) return
      yield next.value
    }
  } finally {
    await iterator.return?.()
  }
}

/** All items of `source` are read before the first one goes on. */
export async function* gathered<T>(source: AsyncIterable<T>): AsyncGenerator<T, void, undefined> {
  const all: T[] = []
  for await (const item of source) all.push(item)
  yield* all
}
