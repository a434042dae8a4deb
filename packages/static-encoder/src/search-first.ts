import type { FirstStore } from './store.ts'

export interface FirstSearch {
  /** The static vector of the question; absent where words alone are used. */
  vector?: Float32Array | undefined
  /** Most chunks in each list. */
  depth: number
  collection?: string | undefined
}

/** Lists of chunk ids to fuse, each best first, for a question while a store is in its first state. */
export function firstLists(store: FirstStore, text: string, { vector, depth, collection }: FirstSearch): number[][] {
  const words = store.lexicalSearch(text, depth, collection).chunkIds
  return vector ? [store.firstSearch(vector, depth, collection).chunkIds, words] : [words]
}
