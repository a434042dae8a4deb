import { setImmediate as turn } from 'node:timers/promises'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { retuneReasons, shadowed, type Watch } from '../src/index.ts'
import { cusum } from '../src/watch/cusum.ts'
import { onShadow } from '../src/watch/shadow.ts'

const limits = { target: 0.99, loss: 0.04, threshold: 0.3 }
const run = (recalls: number[]) => {
  let sum = 0
  return recalls.findIndex((recall) => {
    const next = cusum(sum, recall, limits)
    sum = next.sum
    return next.alarm
  })
}

describe('the watch over recall', () => {
  it('is quiet while each question finds enough, whatever the order', () => {
    fc.assert(fc.property(fc.array(fc.double({ min: 0.97, max: 1, noNaN: true })), (recalls) => run(recalls) === -1))
  })

  it('goes off on a lasting loss, within the number of questions that threshold and loss say', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 0.95, noNaN: true }), (recall) => {
        const most = Math.ceil(limits.threshold / (limits.target - limits.loss / 2 - recall)) + 1
        const at = run(Array(100).fill(recall))
        expect(at).toBeGreaterThanOrEqual(0)
        expect(at).toBeLessThan(most)
      }),
    )
  })

  it('is not set off by the graph as tuned: nine of ten neighbours now and then', () => {
    const recalls = Array.from({ length: 2000 }, (_, i) => (i % 12 === 0 ? 0.9 : 1))
    expect(run(recalls)).toBe(-1)
  })

  it('only ever goes deeper, up to the deepest, then to exact search', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 60 }), (recalls) => {
        let [watch, depth]: [Watch, { ef: number; rescore: number }] = [
          { mode: 'graph', sum: 0 },
          { ef: 64, rescore: 30 },
        ]
        for (const recall of recalls) {
          const next = onShadow(watch, recall, depth, 300, limits)
          if (watch.mode === 'exact') expect(next).toEqual({ mode: 'exact' })
          if (next.mode === 'deeper') {
            expect(next.depth.ef).toBeGreaterThanOrEqual(depth.ef)
            expect(next.depth.ef).toBeLessThanOrEqual(300)
            expect(next.depth.rescore).toBeLessThanOrEqual(next.depth.ef)
            depth = next.depth
          }
          watch = next
        }
      }),
    )
  })
})

it('a graph that loses neighbours is looked at deeper at once, then left for exact search until tuned again', async () => {
  const found = { rows: Uint32Array.of(1), scores: Float32Array.of(0.5) }
  const truth = { rows: Uint32Array.of(2), scores: Float32Array.of(0.9) }
  const index = { depth: { ef: 64, rescore: 30 }, search: () => found, exactSearch: () => truth }
  const seen: Watch[] = []
  const random = () => 0.005
  const shadow = shadowed(index, {
    ...limits,
    share: 0.01,
    random,
    deepestEf: 200,
    changed: (watch) => seen.push(watch),
  })
  const ask = async () => {
    const answer = shadow.search(Float32Array.of(1), 1)
    await turn()
    return answer
  }
  expect(await ask()).toBe(found)
  expect(index.depth).toEqual({ ef: 128, rescore: 60 })
  await ask()
  expect(index.depth.ef).toBe(200)
  await ask()
  expect(seen.map(({ mode }) => mode)).toEqual(['deeper', 'deeper', 'exact'])
  expect(await ask()).toBe(truth)
  shadow.reset()
  expect(await ask()).toBe(found)
})

it('looks at the share of questions it was told to', async () => {
  let [exact, i] = [0, 0]
  const truth = { rows: Uint32Array.of(2), scores: Float32Array.of(0.9) }
  const exactSearch = () => {
    exact++
    return truth
  }
  const index = { depth: { ef: 1, rescore: 1 }, search: () => truth, exactSearch }
  const random = () => (i++ % 100) / 100
  const shadow = shadowed(index, { ...limits, share: 0.01, random, deepestEf: 2, changed: () => expect.unreachable() })
  for (let n = 0; n < 1000; n++) shadow.search(Float32Array.of(1), 1)
  await turn()
  expect(exact).toBe(10)
})

it('a graph is due again after growth, deletes, a drift of the mean, or another model', () => {
  const manifest = { model: 'm', rows: 100, mean: [0.6, 0] }
  const now = { model: 'm', added: 20, gone: 20, mean: Float32Array.of(0.6, 0.07) }
  expect(retuneReasons(manifest, now)).toEqual([])
  expect(retuneReasons(manifest, { ...now, added: 21 })).toEqual(['21 % more rows than the graph has'])
  expect(retuneReasons(manifest, { ...now, gone: 21 })).toEqual(['21 % of its rows are gone'])
  expect(retuneReasons(manifest, { ...now, mean: Float32Array.of(0.6, 0.09) })).toEqual([
    expect.stringMatching(/moved by 0.11/),
  ])
  expect(retuneReasons(manifest, { ...now, model: 'n' })).toEqual([expect.stringMatching(/model is n/)])
})
