/** What a slot tells of itself. */
export interface SlotWatch {
  /** Before the part is opened; a rejection keeps it closed. */
  beforeOpen?(): Promise<void>
  used?(): void
  afterClose?(): void
}

/** A part that is opened when first needed and can be closed and opened again. */
export interface Slot<Part> {
  get(): Promise<Part>
  /** Works with the part; `close` waits for it. */
  use<Result>(work: (part: Part) => Promise<Result>): Promise<Result>
  /** The part, if it is open now. */
  current(): Part | undefined
  /** Being opened, or worked with by `use`. */
  busy(): boolean
  /** What opening took the last time; 0 before the first. */
  openMs(): number
  close(): Promise<void>
}

export function slot<Part extends { close(): Promise<void> | void }>(
  open: () => Promise<Part>,
  watch: SlotWatch = {},
): Slot<Part> {
  let opening: Promise<Part> | undefined
  let part: Part | undefined
  let openMs = 0
  const working = new Set<Promise<unknown>>()
  const openWatched = async () => {
    await watch.beforeOpen?.()
    const start = performance.now()
    const opened = await open()
    openMs = performance.now() - start
    return opened
  }
  const get = async () => {
    opening ??= openWatched()
    const mine = opening
    try {
      const opened = await mine
      // closed meanwhile: whoever asked before still gets it, but it is not the current one
      if (opening === mine) part = opened
      watch.used?.()
      return opened
    } catch (error) {
      if (opening === mine) opening = undefined
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
        watch.used?.()
      }
    },
    current: () => part,
    busy: () => working.size > 0 || (opening !== undefined && part === undefined),
    openMs: () => openMs,
    async close() {
      const closing = opening
      opening = undefined
      part = undefined
      await Promise.allSettled(working)
      await (await closing)?.close()
      if (closing) watch.afterClose?.()
    },
  }
}
