/** A part that is opened when first needed and can be closed and opened again. */
export interface Slot<Part> {
  get(): Promise<Part>
  /** Works with the part; `close` waits for it. */
  use<Result>(work: (part: Part) => Promise<Result>): Promise<Result>
  /** The part, if it is open now. */
  current(): Part | undefined
  close(): Promise<void>
}

export function slot<Part extends { close(): Promise<void> | void }>(open: () => Promise<Part>): Slot<Part> {
  let opening: Promise<Part> | undefined
  let part: Part | undefined
  const working = new Set<Promise<unknown>>()
  const get = async () => {
    opening ??= open()
    try {
      part = await opening
      return part
    } catch (error) {
      opening = undefined
      throw error
    }
  }
  return {
    get,
    async use(work) {
      const done = get().then(work)
      working.add(done)
      try {
        return await done
      } finally {
        working.delete(done)
      }
    },
    current: () => part,
    async close() {
      const closing = opening
      opening = undefined
      part = undefined
      await Promise.allSettled(working)
      await (await closing)?.close()
    },
  }
}
