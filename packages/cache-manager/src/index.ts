export { type CacheName, type CacheOptions, type Caches, type CacheStats, cacheNames, openCaches, sizeOf } from './caches.ts'
export { clairvoyantHitRate } from './clairvoyant.ts'
export { cacheKey, normalizeQuestion } from './keys.ts'
