import { describe, expect, it } from 'vitest'
import { type Arm, interleave, type Observation, seededRandom } from '../src/index.ts'

interface Call {
  arm: 'a' | 'b'
  item: number
}

/** Arms that note who was called with what; `value` gives what they report. */
function recorded(value: (call: Call, index: number) => Observation = () => ({ ms: 1 })) {
  const calls: Call[] = []
  const arm =
    (name: Call['arm']): Arm<number> =>
    async (item) => {
      calls.push({ arm: name, item })
      return value({ arm: name, item }, calls.length - 1)
    }
  return { calls, arms: [arm('a'), arm('b')] as const }
}

const options = (seed: number) => ({
  items: [10, 20, 30],
  pairs: 4,
  subPairs: 3,
  warmUp: { minRuns: 5, maxRuns: 20, capMs: 1000 },
  steadyMetric: 'ms',
  random: seededRandom(seed),
  now: () => 0,
})

describe('interleave', () => {
  it('both arms have run equally often at every moment, one at a time, on the same item', async () => {
    const { calls, arms } = recorded()
    await interleave({ arms, ...options(1) })
    for (let i = 0; i < calls.length; i += 2) {
      expect(new Set([calls[i]!.arm, calls[i + 1]!.arm]).size, `calls ${i} and ${i + 1}`).toBe(2)
      expect(calls[i]!.item).toBe(calls[i + 1]!.item)
    }
  })

  it('never runs both arms at once', async () => {
    let running = 0
    const arm: Arm<number> = async () => {
      expect(++running).toBe(1)
      await new Promise((resolve) => setImmediate(resolve))
      running--
      return { ms: 1 }
    }
    await interleave({ arms: [arm, arm], ...options(1), pairs: 2 })
  })

  it('the order within a sub-pair is a coin of the seed: both orders come up, the same seed repeats them', async () => {
    const orders = async (seed: number) => {
      const { calls, arms } = recorded()
      await interleave({ arms, ...options(seed), pairs: 20 })
      return calls
        .filter((_, i) => i % 2 === 0)
        .map((call) => call.arm)
        .join('')
    }
    const one = await orders(1)
    expect(new Set(one).size).toBe(2)
    expect(await orders(1)).toBe(one)
    expect(await orders(2)).not.toBe(one)
  })

  it('files each value under its own arm, whichever ran first', async () => {
    const { arms } = recorded(({ arm, item }) => (arm === 'a' ? { ms: item, other: 1 } : { ms: -item, other: 2 }))
    const { pairs } = await interleave({ arms, ...options(7) })
    expect(Object.keys(pairs)).toEqual(['ms', 'other'])
    expect(pairs.ms).toHaveLength(4)
    for (const { a, b } of pairs.ms!) {
      expect(a).toHaveLength(3)
      expect(new Set(a).size, 'one item per pair').toBe(1)
      expect(b).toEqual(a.map((value) => -value))
    }
    for (const { a, b } of pairs.other!)
      expect([a, b]).toEqual([
        [1, 1, 1],
        [2, 2, 2],
      ])
  })

  it('the warm-up ends when both arms are steady', async () => {
    const { calls, arms } = recorded((_, index) => ({ ms: index < 16 ? 100 - index : 5 }))
    const { steady } = await interleave({
      arms,
      ...options(1),
      pairs: 0,
      warmUp: { minRuns: 5, maxRuns: 100, capMs: 1e9 },
    })
    expect(steady).toBe(true)
    expect(calls.length / 2).toBeGreaterThanOrEqual(15)
    expect(calls.length / 2).toBeLessThan(40)
  })

  it('one restless arm is enough to be not steady: the cap on runs ends it, and is told', async () => {
    let runs = 0
    const { calls, arms } = recorded(({ arm }) => ({ ms: arm === 'a' ? 1 : ++runs }))
    const { steady, pairs } = await interleave({ arms, ...options(1) })
    expect(steady).toBe(false)
    expect(calls.length / 2).toBe(20 + 4 * 3)
    expect(pairs.ms).toHaveLength(4)
  })

  it('the cap on time ends it too, but never before the least number of runs', async () => {
    let clock = 0
    let value = 0
    const { calls, arms } = recorded(() => {
      clock += 600
      return { ms: ++value }
    })
    const { steady } = await interleave({ arms, ...options(1), pairs: 0, now: () => clock })
    expect(steady).toBe(false)
    expect(calls.length / 2).toBe(5)
  })

  it('a failing arm fails the whole', async () => {
    const { arms } = recorded()
    const broken: Arm<number> = () => Promise.reject(new Error('out of order'))
    await expect(interleave({ arms: [arms[0], broken], ...options(1) })).rejects.toThrow('out of order')
  })
})
