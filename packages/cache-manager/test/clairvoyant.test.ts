import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clairvoyantHitRate } from '../src/index.ts'

/** Hit rate of a least-recently-used list. */
function lru(keys: readonly string[], capacity: number): number {
  const held: string[] = []
  let hits = 0
  for (const key of keys) {
    if (held.includes(key)) {
      hits++
      held.splice(held.indexOf(key), 1)
    }
    held.push(key)
    if (held.length > capacity) held.shift()
  }
  return hits / keys.length
}

/** The most hits of any policy whatever, by trying all: after a miss, keep the newcomer in place of anything, or not at all. */
function mostHits(keys: readonly string[], capacity: number, held: readonly string[] = []): number {
  const [key, ...rest] = keys
  if (key === undefined) return 0
  if (held.includes(key)) return 1 + mostHits(rest, capacity, held)
  const options = [held]
  if (held.length < capacity) options.push([...held, key])
  for (const gone of held) options.push([...held.filter((other) => other !== gone), key])
  return Math.max(...options.map((option) => mostHits(rest, capacity, option)))
}

const stream = (maxLength: number) => fc.array(fc.constantFrom(...'abcde'), { minLength: 1, maxLength })

describe('S2-43 clairvoyantHitRate: what any cache could reach on a stream', () => {
  it.each([
    ['aaaa', 1, 3 / 4],
    ['abab', 1, 1 / 4],
    ['abcabc', 2, 2 / 6],
    ['abcabc', 3, 3 / 6],
    ['abcd', 4, 0],
    ['', 2, 0],
    ['aa', 0, 0],
  ])('%s with %d entries: %d', (keys, capacity, expected) => {
    expect(clairvoyantHitRate([...keys], capacity)).toBeCloseTo(expected, 12)
  })

  it('is what the best of all policies reaches, on streams small enough to try all', () => {
    fc.assert(
      fc.property(stream(8), fc.integer({ min: 1, max: 3 }), (keys, capacity) => {
        expect(clairvoyantHitRate(keys, capacity) * keys.length).toBeCloseTo(mostHits(keys, capacity), 9)
      }),
    )
  })

  it('is never below LRU, grows with capacity, and ends at the share of repetitions', () => {
    fc.assert(
      fc.property(stream(80), fc.integer({ min: 1, max: 5 }), (keys, capacity) => {
        const best = clairvoyantHitRate(keys, capacity)
        expect(best).toBeGreaterThanOrEqual(lru(keys, capacity) - 1e-12)
        expect(clairvoyantHitRate(keys, capacity + 1)).toBeGreaterThanOrEqual(best)
        expect(clairvoyantHitRate(keys, keys.length)).toBeCloseTo((keys.length - new Set(keys).size) / keys.length, 12)
      }),
    )
  })
})
