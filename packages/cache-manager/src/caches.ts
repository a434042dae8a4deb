import { LRUCache } from 'lru-cache'

export const cacheNames = ['query', 'embedding', 'retrieval', 'generation'] as const
export type CacheName = (typeof cacheNames)[number]

export interface CacheOptions {
  /** Entries of each cache; 0 switches it off. */
  entries: Record<CacheName, number>
  /** All caches together. */
  maxBytes: number
  ttlMs: number
  now?: () => number
}

export interface CacheStats {
  hits: number
  misses: number
  entries: number
  bytes: number
}

/** Four caches under one memory budget (S2-31, S2-32). Values must not be changed by whoever gets them. */
export interface Caches {
  /**
   * The cached value, or what `compute` gives; equal keys asked at once compute once, and a failure is not kept, nor is what `isKept` says false of.
   */
  getOrCompute<Value extends object | string>(
    name: CacheName,
    key: string,
    compute: () => Promise<Value> | Value,
    isKept?: (value: Value) => boolean,
  ): Promise<{ value: Value; hit: boolean }>
  clear(name?: CacheName): void
  stats(): Record<CacheName, CacheStats>
}

interface Entry {
  value: object | string
  bytes: number
}

export function openCaches({ entries, maxBytes, ttlMs, now }: CacheOptions): Caches {
  const clock = now ? { perf: { now } } : {}
  const counts = Object.fromEntries(cacheNames.map((name) => [name, { hits: 0, misses: 0, bytes: 0 }])) as Record<
    CacheName,
    { hits: number; misses: number; bytes: number }
  >
  const open = (name: CacheName) =>
    new LRUCache<string, Entry>({
      max: entries[name],
      ttl: ttlMs,
      // the only place bytes leave: evicted, replaced, expired or cleared
      dispose: (entry) => {
        counts[name].bytes -= entry.bytes
      },
      ...clock,
    })
  const caches = new Map(cacheNames.filter((name) => entries[name] > 0).map((name) => [name, open(name)]))
  const running = new Map<string, Promise<object | string>>()
  let epoch = 0

  const total = () => cacheNames.reduce((sum, name) => sum + counts[name].bytes, 0)
  /** Takes the least recently used entry of the cache that holds most. */
  const shrink = () => {
    while (total() > maxBytes) {
      const name = cacheNames.reduce((most, other) => (counts[other].bytes > counts[most].bytes ? other : most))
      if (!caches.get(name)?.pop()) return
    }
  }
  const keep = (name: CacheName, key: string, value: object | string) => {
    const bytes = sizeOf(value) + 2 * key.length
    // what can never fit must not push out the rest
    if (bytes > maxBytes) return
    counts[name].bytes += bytes
    caches.get(name)?.set(key, { value, bytes })
    shrink()
  }

  return {
    async getOrCompute<Value extends object | string>(
      name: CacheName,
      key: string,
      compute: () => Promise<Value> | Value,
      isKept: (value: Value) => boolean = () => true,
    ) {
      const cache = caches.get(name)
      if (!cache) return { value: await compute(), hit: false }
      const found = cache.get(key)
      if (found) {
        counts[name].hits++
        return { value: found.value as Value, hit: true }
      }
      counts[name].misses++
      const slot = `${name}\n${key}`
      const joined = running.get(slot)
      if (joined) return { value: (await joined) as Value, hit: false }
      const begun = epoch
      const work = Promise.resolve().then(compute)
      running.set(slot, work)
      try {
        const value = await work
        // a clear while computing means that what was read may be old: give it, do not keep it
        if (begun === epoch && isKept(value)) keep(name, key, value)
        return { value, hit: false }
      } finally {
        if (running.get(slot) === work) running.delete(slot)
      }
    },
    clear(name) {
      epoch++
      for (const each of name ? [name] : cacheNames) caches.get(each)?.clear()
      running.clear()
    },
    stats: () =>
      Object.fromEntries(
        cacheNames.map((name) => [name, { ...counts[name], entries: caches.get(name)?.size ?? 0 }]),
      ) as Record<CacheName, CacheStats>,
  }
}

/** Bytes a value holds: typed arrays by length, the rest by its JSON in UTF-16. An estimate; object headers are not counted. */
export function sizeOf(value: object | string): number {
  if (typeof value === 'string') return 2 * value.length
  if (ArrayBuffer.isView(value)) return value.byteLength
  return 2 * JSON.stringify(value).length
}
