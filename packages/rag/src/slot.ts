/** A part that is opened when first needed and can be closed and opened again. */
export interface Slot<Part> {
  get(): Promise<Part>
  /** The part, if it is open now. */
  current(): Part | undefined
  close(): Promise<void>
}

export function slot<Part extends { close(): Promise<void> | void }>(open: () => Promise<Part>): Slot<Part> {
  let opening: Promise<Part> | undefined
  let part: Part | undefined
  return {
    async get() {
      opening ??= open()
      try {
        part = await opening
        return part
      } catch (error) {
        opening = undefined
        throw error
      }
    },
    current: () => part,
    async close() {
      const closing = opening
      opening = undefined
      part = undefined
      await (await closing)?.close()
    },
  }
}
