import { setTimeout as sleep } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ahead } from '../src/ahead.ts'

async function* counting(count: number, log: string[] = [], failAt = -1): AsyncGenerator<number> {
  try {
    for (let n = 0; n < count; n++) {
      if (n === failAt) throw new Error(`no ${n}`)
      log.push(`read ${n}`)
      yield n
    }
  } finally {
    log.push('closed')
  }
}

const take = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = []
  for await (const item of items) all.push(item)
  return all
}

describe('ahead', () => {
  it('runs ahead by the limit and no further', async () => {
    const log: string[] = []
    const depths: number[] = []
    for await (const n of ahead(counting(9, log), { limit: 3, depth: (waiting) => void depths.push(waiting) })) {
      await sleep(2)
      const read = log.filter((line) => line.startsWith('read')).length
      expect(read).toBeLessThanOrEqual(n + 1 + 3)
      if (n === 1) expect(read).toBe(5)
    }
    expect(Math.max(...depths)).toBe(3)
    expect(depths.at(-1)).toBe(0)
  })

  it('gives what came before a failure, then the failure', async () => {
    const seen: number[] = []
    const items = async () => {
      for await (const n of ahead(counting(9, [], 4), { limit: 8 })) {
        await sleep(1)
        seen.push(n)
      }
    }
    await expect(items()).rejects.toThrow('no 4')
    expect(seen).toEqual([0, 1, 2, 3])
  })

  it('closes its source when the consumer leaves, and says so once', async () => {
    const log: string[] = []
    for await (const _ of ahead(counting(9, log), { limit: 2, abandoned: () => void log.push('left') })) break
    expect(log.filter((line) => line === 'left')).toHaveLength(1)
    expect(log).toContain('closed')
    const whole: string[] = []
    await take(ahead(counting(3), { limit: 2, abandoned: () => void whole.push('left') }))
    expect(whole).toEqual([])
  })

  it('S2-14: an abort ends a queue whose source never answers', async () => {
    const stop = new AbortController()
    const silent = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => {}) }) }
    setTimeout(() => stop.abort(new Error('enough')), 5)
    await expect(take(ahead(silent, { limit: 1, signal: stop.signal }))).rejects.toThrow('enough')
    await expect(take(ahead(silent, { limit: 1, signal: stop.signal }))).rejects.toThrow('enough')
  })

  it('keeps order and gives each item once, for any limits, delays and failures', async () => {
    const delays = fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), delays), { minLength: 1, maxLength: 4 }),
        fc.integer({ min: 0, max: 12 }),
        fc.option(fc.tuple(fc.nat(3), fc.nat(12)), { nil: undefined }),
        async (stages, count, failure) => {
          let items: AsyncIterable<number> = counting(count)
          for (const [at, [limit, waits]] of stages.entries()) {
            const source = items
            const failing = failure && failure[0] === at ? failure[1] : -1
            items = ahead(
              (async function* () {
                for await (const n of source) {
                  if (waits[n % waits.length]! > 0) await sleep(waits[n % waits.length])
                  if (n === failing) throw new Error(`stage ${at}`)
                  yield n
                }
              })(),
              { limit },
            )
          }
          const seen: number[] = []
          const run = async () => {
            for await (const n of items) seen.push(n)
          }
          const willFail = failure !== undefined && failure[0] < stages.length && failure[1] < count
          if (willFail) await expect(run()).rejects.toThrow(`stage ${failure[0]}`)
          else await run()
          expect(seen).toEqual(Array.from({ length: willFail ? failure[1] : count }, (_, n) => n))
        },
      ),
      { numRuns: 60 },
    )
  })
})
