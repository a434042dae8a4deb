import { join } from 'node:path'
import { ensureModel, modelCacheDir } from '@tenfold/models'
import { beforeAll, describe, expect, it } from 'vitest'
import { bertModels } from '../src/bert.ts'
import { ensureGraph } from '../src/graph-cache.ts'
import { openEncoder } from '../src/index.ts'
import { openLanes } from '../src/lanes.ts'
import { findModel } from '../src/model-source.ts'
import { openQueryBatches } from '../src/query-batches.ts'
import { readTokenizer } from '../src/read-tokenizer.ts'
import { openRunner, type Runner } from '../src/runner.ts'
import { openTokenizer } from '../src/tokenizer.ts'
import { dot, plain, row } from './fixture.ts'

const texts = Array.from({ length: 24 }, (_, i) => `${'so '.repeat(i)}what does passage ${i} say about cats`)

/** A runner whose runs are let go one by one. */
function gatedRunner() {
  const batches: string[][] = []
  const gates: (() => void)[] = []
  const runner: Runner = {
    tokenize: async () => [],
    run: async () => new Float32Array(0),
    embed(batch) {
      batches.push(batch)
      return new Promise((resolve, reject) => {
        gates.push(() =>
          batch.includes('bad') ? reject(new Error('no')) : resolve(Float32Array.from(batch, (text) => text.length)),
        )
      })
    },
    close: async () => {},
  }
  const step = async () => {
    gates.shift()!()
    await new Promise((resolve) => setTimeout(resolve))
  }
  return { runner, batches, step }
}

describe('single queries', () => {
  it('S3-45 run alone at once, and together where they would have waited', async () => {
    const { runner, batches, step } = gatedRunner()
    const embed = openQueryBatches(openLanes([runner]), 32)
    const all = Promise.all(['a', 'bb', 'ccc', 'dddd'].map((text) => embed(text)))
    expect(batches).toEqual([['a']])
    await step()
    expect(batches).toEqual([['a'], ['bb', 'ccc', 'dddd']])
    await step()
    expect((await all).map(([length]) => length)).toEqual([1, 2, 3, 4])
  })

  it('keep to the largest batch, and leave long texts to a batch of their own', async () => {
    const { runner, batches, step } = gatedRunner()
    const embed = openQueryBatches(openLanes([runner]), 2)
    const long = 'x'.repeat(4000)
    const all = Promise.all(['first', long, 'b', 'c', 'd'].map((text) => embed(text)))
    for (let i = 0; i < 4; i++) await step()
    await all
    expect(batches).toEqual([['first'], [long], ['b', 'c'], ['d']])
  })

  it('aborted ones leave at once and the others do not notice', async () => {
    const { runner, batches, step } = gatedRunner()
    const embed = openQueryBatches(openLanes([runner]), 32)
    const [waiting, running] = [new AbortController(), new AbortController()]
    const first = embed('a', running.signal)
    const others = [embed('bb'), embed('ccc', waiting.signal), embed('dddd')]
    waiting.abort(new Error('left'))
    running.abort(new Error('gone'))
    await expect(others[1]).rejects.toThrow('left')
    await expect(first).rejects.toThrow('gone')
    await step()
    await step()
    expect(batches).toEqual([['a'], ['bb', 'dddd']])
    expect((await others[0])![0]).toBe(2)
    expect((await others[2])![0]).toBe(4)
    await expect(embed('late', waiting.signal)).rejects.toThrow('left')
  })

  it('learn of a failed batch and of a closed encoder', async () => {
    const { runner, step } = gatedRunner()
    const lanes = openLanes([runner])
    const embed = openQueryBatches(lanes, 32)
    const first = embed('bad').catch((error: Error) => error.message)
    const second = embed('waits').catch((error: Error) => error.message)
    const closing = lanes.close()
    await step()
    await closing
    expect(await first).toBe('no')
    expect(await second).toContain('closed')
  })
})

describe('with the real encoder', () => {
  let runner: Runner
  beforeAll(async () => {
    const source = await findModel(undefined, {})
    const cache = join(modelCacheDir(), 'graphs')
    const graph = await ensureGraph({ source, precision: 'fp32', vocabulary: 'fused', weights: 'copy', cache })
    const { maxTokens, pooling } = bertModels['all-MiniLM-L6-v2']
    const tokenizer = await openTokenizer(
      await readTokenizer((await ensureModel('all-MiniLM-L6-v2')).files['tokenizer.json']!),
      maxTokens,
    )
    runner = await openRunner({ graph, pooling, threads: 1, arena: true, spin: false, device: 'cpu' }, tokenizer)
  })

  it('24 at once need fewer runs than one by one and give the same vectors', async () => {
    let runs = 0
    const counting: Runner = {
      ...runner,
      embed(batch) {
        runs++
        return runner.embed(batch)
      },
    }
    const embed = openQueryBatches(openLanes([counting]), 32)
    const together = await Promise.all(texts.map((text) => embed(text)))
    expect(runs).toBeLessThan(texts.length / 4)
    for (const [i, text] of texts.entries()) {
      const alone = await embed(text)
      expect(Math.max(...alone.map((value, j) => Math.abs(value - together[i]![j]!)))).toBeLessThan(1e-4)
    }
  })

  it('openEncoder gives concurrent fp32 queries the vectors of an ingest, and int8 ones those they have alone', async () => {
    const exact = await openEncoder(plain)
    const slab = await exact.embed(texts)
    const together = await Promise.all(texts.map((text) => exact.embed([text], { lane: 'query' })))
    for (const [i, vector] of together.entries()) expect(dot(vector, row(slab, i))).toBeGreaterThan(0.99999)
    await exact.close()

    const small = await openEncoder({ ...plain, precision: 'int8' })
    const alone = await small.embed([texts[3]!], { lane: 'query' })
    const busy = await Promise.all(texts.map((text) => small.embed([text], { lane: 'query' })))
    expect([...busy[3]!]).toEqual([...alone])
    await small.close()
  })
})
