export {
  type CacheName,
  type CacheOptions,
  type CacheStats,
  type Caches,
  cacheNames,
  openCaches,
  sizeOf,
} from './caches.ts'
export { clairvoyantHitRate } from './clairvoyant.ts'
export { cacheKey, normalizeQuestion } from './keys.ts'
