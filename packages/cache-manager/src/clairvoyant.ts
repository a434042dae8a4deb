/**
 * The best hit rate any cache of `capacity` entries can reach on this stream: Belady's MIN (1966), which evicts what is asked
 * for again last, and does not admit what is never asked again. A hit-rate target says nothing without it.
 */
export function clairvoyantHitRate(keys: readonly string[], capacity: number): number {
  if (keys.length === 0 || capacity < 1) return 0
  const next = nextUses(keys)
  const held = new Map<string, number>()
  let hits = 0
  keys.forEach((key, i) => {
    const again = next[i]!
    if (held.has(key)) hits++
    held.delete(key)
    if (again === Number.POSITIVE_INFINITY) return
    held.set(key, again)
    if (held.size > capacity) held.delete(furthest(held))
  })
  return hits / keys.length
}

/** Position of the next use of each key; infinity for the last. */
function nextUses(keys: readonly string[]): number[] {
  const seen = new Map<string, number>()
  const next = new Array<number>(keys.length).fill(Number.POSITIVE_INFINITY)
  for (let i = keys.length - 1; i >= 0; i--) {
    next[i] = seen.get(keys[i]!) ?? Number.POSITIVE_INFINITY
    seen.set(keys[i]!, i)
  }
  return next
}

function furthest(held: ReadonlyMap<string, number>): string {
  let key = ''
  let latest = -1
  for (const [candidate, again] of held) {
    if (again > latest) {
      latest = again
      key = candidate
    }
  }
  return key
}
