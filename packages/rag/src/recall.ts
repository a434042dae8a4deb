import type { CacheName, Caches } from '@tenfold/cache-manager'

export interface Recalled<Value> {
  value: Value
  hit: boolean
  /** Computed by this very call, not by the cache or by another one that asked the same at the same time. */
  own: boolean
}

interface RecallOptions<Value> {
  signal?: AbortSignal | undefined
  /** False for a value that is given but not kept. */
  isKept?: ((value: Value) => boolean) | undefined
}

/** What the cache has or `compute` gives. An abort ends only the query it was meant for: who had joined it computes anew. */
export async function recall<Value extends object>(
  caches: Caches,
  name: CacheName,
  key: string,
  compute: () => Promise<Value>,
  { signal, isKept }: RecallOptions<Value> = {},
): Promise<Recalled<Value>> {
  for (;;) {
    let own = false
    try {
      const counted = () => {
        own = true
        return compute()
      }
      const found = await caches.getOrCompute(name, key, counted, isKept)
      signal?.throwIfAborted()
      return { ...found, own }
    } catch (error) {
      if (own || signal?.aborted) throw error
    }
  }
}
