import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CacheOptions, cacheNames, openCaches, sizeOf } from '../src/index.ts'

const open = (options: Partial<CacheOptions> = {}) =>
  openCaches({ entries: { query: 3, embedding: 3, retrieval: 3, generation: 0 }, maxBytes: 1e9, ttlMs: 0, ...options })

/** A value that is computed only when `caches` does not hold it; tells whether it was. */
const ask = async (
  caches: ReturnType<typeof open>,
  key: string,
  value: object | string = key,
  name = 'query' as const,
) => (await caches.getOrCompute(name, key, () => value)).hit

function deferred<Value>() {
  let resolve!: (value: Value) => void
  let reject!: (error: Error) => void
  const promise = new Promise<Value>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

describe('S2-31 S2-32 four caches', () => {
  it('hit, miss and counts, each cache for itself', async () => {
    const caches = open()
    expect(await ask(caches, 'a')).toBe(false)
    expect(await ask(caches, 'a')).toBe(true)
    expect((await caches.getOrCompute('embedding', 'a', () => 'other')).value).toBe('other')
    expect(caches.stats().query).toMatchObject({ hits: 1, misses: 1, entries: 1 })
    expect(caches.stats().embedding).toMatchObject({ hits: 0, misses: 1, entries: 1 })
    expect(Object.keys(caches.stats())).toEqual([...cacheNames])
  })

  it('a cache of 0 entries is off: it always computes and counts nothing', async () => {
    const caches = open()
    let computed = 0
    for (let i = 0; i < 3; i++)
      expect(await caches.getOrCompute('generation', 'a', () => `${++computed}`)).toEqual({
        value: `${i + 1}`,
        hit: false,
      })
    expect(caches.stats().generation).toEqual({ hits: 0, misses: 0, entries: 0, bytes: 0 })
  })

  it('S0-1 S2-9 the least recently used entry goes first', async () => {
    const caches = open()
    for (const key of ['a', 'b', 'c', 'a', 'd']) await ask(caches, key)
    expect(caches.stats().query.entries).toBe(3)
    expect([await ask(caches, 'a'), await ask(caches, 'c'), await ask(caches, 'd')]).toEqual([true, true, true])
    expect(await ask(caches, 'b')).toBe(false)
  })

  it('keeps what an LRU list keeps, for any stream', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom(...'abcdefg'), { maxLength: 60 }), async (keys) => {
        const caches = open()
        const model: string[] = []
        for (const key of keys) {
          expect(await ask(caches, key)).toBe(model.includes(key))
          if (model.includes(key)) model.splice(model.indexOf(key), 1)
          model.push(key)
          if (model.length > 3) model.shift()
        }
      }),
    )
  })

  it('S3-11 S3-36 nothing older than its time to live is served, by an injected clock', async () => {
    let clock = 1000
    const caches = open({ ttlMs: 500, now: () => clock })
    // the cache looks at its clock at most once a millisecond
    const advance = async (ms: number) => {
      clock += ms
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    await ask(caches, 'a')
    await advance(400)
    expect(await ask(caches, 'a')).toBe(true)
    await advance(101)
    expect(await ask(caches, 'a'), 'a hit does not make it younger').toBe(false)
    expect(await ask(caches, 'a')).toBe(true)
    await advance(10_000)
    expect(await ask(caches, 'b')).toBe(false)
    await ask(caches, 'a')
    expect(caches.stats().query.bytes, 'what expired is not counted').toBe(2 * (2 + 2))
  })

  it('S3-50 the budget of all caches together holds after every step of any use, time passing or not', async () => {
    const step = fc.record({
      name: fc.constantFrom('query', 'embedding', 'retrieval' as const),
      key: fc.constantFrom(...'abcdefgh'),
      length: fc.nat(60),
      pass: fc.constantFrom(0, 0, 0, 700),
      clear: fc.constantFrom(false, false, false, false, true),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
        let clock = 1
        const held = new Map<string, number>()
        const caches = open({ maxBytes: 200, ttlMs: 500, now: () => clock })
        for (const { name, key, length, pass, clear } of steps) {
          clock += pass
          if (clear) caches.clear(name as 'query')
          await caches.getOrCompute(name as 'query', key, () => 'x'.repeat(length))
          const stats = Object.values(caches.stats())
          const bytes = stats.reduce((sum, cache) => sum + cache.bytes, 0)
          expect(bytes).toBeLessThanOrEqual(200)
          for (const cache of stats) {
            expect(cache.bytes).toBeGreaterThanOrEqual(0)
            expect(cache.bytes >= 2 * cache.entries, 'every entry weighs at least its key').toBe(true)
            expect(cache.entries).toBeLessThanOrEqual(3)
          }
          held.set(`${name}${key}`, length)
        }
        caches.clear()
        for (const cache of Object.values(caches.stats())) expect(cache).toMatchObject({ entries: 0, bytes: 0 })
      }),
    )
  })

  it('a value larger than the whole budget is given, not kept, and pushes nothing out', async () => {
    const caches = open({ maxBytes: 100 })
    await ask(caches, 'a')
    expect((await caches.getOrCompute('query', 'big', () => 'x'.repeat(1000))).value).toHaveLength(1000)
    expect(await ask(caches, 'big', 'x'.repeat(1000))).toBe(false)
    expect(await ask(caches, 'a')).toBe(true)
  })
})

describe('equal keys asked at once', () => {
  it('compute once, and all get the value', async () => {
    const caches = open()
    const gate = deferred<string>()
    let computed = 0
    const work = () => {
      computed++
      return gate.promise
    }
    const asked = Array.from({ length: 10 }, () => caches.getOrCompute('query', 'a', work))
    gate.resolve('value')
    for (const { value, hit } of await Promise.all(asked)) expect([value, hit]).toEqual(['value', false])
    expect(computed).toBe(1)
    expect(await ask(caches, 'a')).toBe(true)
  })

  it('a failure reaches all who wait and is not kept', async () => {
    const caches = open()
    const gate = deferred<string>()
    const asked = Array.from({ length: 3 }, () => caches.getOrCompute('query', 'a', () => gate.promise))
    gate.reject(new Error('out of order'))
    for (const result of await Promise.allSettled(asked))
      expect(result).toMatchObject({ status: 'rejected', reason: { message: 'out of order' } })
    expect(await caches.getOrCompute('query', 'a', () => 'second try')).toEqual({ value: 'second try', hit: false })
    await expect(
      caches.getOrCompute('query', 'b', () => {
        throw new Error('at once')
      }),
    ).rejects.toThrow('at once')
    expect(await ask(caches, 'b')).toBe(false)
  })

  it('a value of which isKept says false reaches all who wait and is not kept', async () => {
    const caches = open()
    let computed = 0
    const ask = (isKept: (value: string) => boolean) =>
      caches.getOrCompute('query', 'a', async () => `value ${++computed}`, isKept)
    const both = await Promise.all([ask(() => false), ask(() => false)])
    expect(both.map(({ value }) => value)).toEqual(['value 1', 'value 1'])
    expect(await ask((value) => value === 'value 2')).toEqual({ value: 'value 2', hit: false })
    expect(await ask(() => false)).toEqual({ value: 'value 2', hit: true })
  })

  it('S4-7 cleared while computing: the value read before is given but not kept', async () => {
    const caches = open()
    const gate = deferred<string>()
    const old = caches.getOrCompute('query', 'a', () => gate.promise)
    await Promise.resolve()
    caches.clear()
    gate.resolve('old')
    expect((await old).value).toBe('old')
    expect(await caches.getOrCompute('query', 'a', () => 'new')).toEqual({ value: 'new', hit: false })
  })

  it('whoever asks after the clear does not join the work begun before it, and later ones join theirs', async () => {
    const caches = open()
    const [before, after] = [deferred<string>(), deferred<string>()]
    const first = caches.getOrCompute('query', 'a', () => before.promise)
    caches.clear('query')
    let computed = 0
    const work = () => {
      computed++
      return after.promise
    }
    const second = caches.getOrCompute('query', 'a', work)
    before.resolve('old')
    await first
    const third = caches.getOrCompute('query', 'a', work)
    after.resolve('new')
    expect([(await second).value, (await third).value, computed]).toEqual(['new', 'new', 1])
  })
})

describe('sizeOf', () => {
  it('counts text in UTF-16, arrays of numbers by their bytes', () => {
    expect([sizeOf('abc'), sizeOf(new Float32Array(384)), sizeOf({ a: 1 })]).toEqual([6, 1536, 14])
  })
})
