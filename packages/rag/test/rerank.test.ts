import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { defaultConfig, parseConfig, type Reranker, type Target } from '@tenfold/contracts'
import { targetLaws } from '@tenfold/contracts/laws'
import { rerankerLaws } from '@tenfold/contracts/reranker-laws'
import fc from 'fast-check'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { Parts } from '../src/parts.ts'
import { type Reranked, rerank } from '../src/rerank.ts'
import { loadReranker } from '../src/reranker.ts'
import { openRag } from '../src/target.ts'
import { allCaches, folder, pages, small, stream } from './fixture.ts'

/** Words of the question in a passage. */
const byWords: Reranker['rerank'] = (question, passages) => {
  const words = question.toLowerCase().match(/\w+/g) ?? []
  return passages.map(({ text }) => words.filter((word) => text.toLowerCase().includes(word)).length)
}

const fusedOf = (count: number) => Array.from({ length: count }, (_, i) => ({ id: i + 1, score: 1 / (i + 60) }))

/** What becomes of a fused list, and the stages that were told. */
async function run(
  scores: Reranker['rerank'] | undefined,
  {
    count = 10,
    depth = 5,
    timeoutMs = 2000,
    signal,
  }: { count?: number; depth?: number; timeoutMs?: number; signal?: AbortSignal } = {},
): Promise<Reranked & { stages: string[] }> {
  const stages: string[] = []
  const rows = (ids: number[]) => ids.map((id) => ({ chunkId: id, docId: `d${id}`, title: '', text: `text ${id}` }))
  const parts = {
    store: { hydrate: rows },
    reranker: scores && { rerank: scores, name: 'mine.mjs', sha256: '' },
  } as unknown as Parts
  const config = { ...defaultConfig, 'rag.rerankDepth': depth, 'rag.rerankTimeoutMs': timeoutMs }
  const request = { text: 'question', ...(signal ? { signal } : {}) }
  const outcome = await rerank(parts, config, request, fusedOf(count), async (stage, work) => {
    stages.push(stage)
    return work()
  })
  return { ...outcome, stages }
}
const idsOf = ({ fused }: Reranked) => fused.map(({ id }) => id)

describe('a reranker in retrieval', () => {
  it.each(rerankerLaws.map(({ name, check }) => [name, check] as const))('counting words keeps: %s', (_, check) =>
    check({ rerank: byWords }),
  )

  it('its scores order what it is shown; equal ones stay as fused, and so does the rest behind them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 12 }),
        fc.integer({ min: 0, max: 12 }),
        async (scores, depth) => {
          const outcome = await run((_, passages) => scores.slice(0, passages.length), { count: scores.length, depth })
          const shown = depth < 2 ? 0 : Math.min(depth, scores.length)
          const expected = scores
            .slice(0, shown)
            .map((score, i) => ({ id: i + 1, score }))
            .sort((a, b) => b.score - a.score || a.id - b.id)
          expect(outcome.fused).toEqual([...expected, ...fusedOf(scores.length).slice(shown)])
          expect(outcome.warning).toBeUndefined()
        },
      ),
      { numRuns: 50 },
    )
  })

  it('fewer candidates than its depth: all are shown; none or one is not worth a call', async () => {
    const shown: number[] = []
    const count: Reranker['rerank'] = (_, passages) => {
      shown.push(passages.length)
      return passages.map((_, i) => i)
    }
    expect(idsOf(await run(count, { count: 3, depth: 20 }))).toEqual([3, 2, 1])
    for (const size of [0, 1]) expect((await run(count, { count: size })).stages).toEqual([])
    expect(shown).toEqual([3])
  })

  it('the stage is told only where it runs', async () => {
    expect((await run(byWords)).stages).toEqual(['hydrate', 'rerank'])
    expect((await run(byWords, { depth: 0 })).stages).toEqual([])
    expect((await run(undefined)).stages).toEqual([])
  })

  const of = (scores: unknown) => (() => scores) as unknown as Reranker['rerank']
  it.each<[string, Reranker['rerank'], RegExp]>([
    ['too few scores', of([1, 2]), /gave 2 scores for 5 passages/],
    ['too many scores', of([1, 2, 3, 4, 5, 6]), /gave 6 scores for 5/],
    ['no scores', of(undefined), /gave no scores/],
    ['a score that is no number', of([1, 2, Number.NaN, 4, 5]), /gave NaN as score 3 of 5/],
    ['a score without end', of([1, 2, 3, 4, Number.POSITIVE_INFINITY]), /gave Infinity as score 5/],
    ['a text for a score', of(['1', 2, 3, 4, 5]), /gave 1 as score 1/],
    ['an exception', () => Promise.reject(new Error('no model')), /failed \(no model\)/],
    [
      'an exception at once',
      () => {
        throw new Error('no model')
      },
      /failed \(no model\)/,
    ],
    ['no answer', () => new Promise(() => {}), /took longer than 20 ms/],
  ])('%s: the fused order stays, and a warning says why', async (_, scores, why) => {
    const outcome = await run(scores, { timeoutMs: 20 })
    expect(outcome.fused).toEqual(fusedOf(10))
    expect(outcome.warning).toMatch(why)
    expect(outcome.warning).toMatch(/^reranker mine\.mjs .*: the fused order stays$/)
  })

  it('a question that is given up rejects, and the reranker hears of it; what it says later harms nobody', async () => {
    const abort = new AbortController()
    let heard: AbortSignal | undefined
    const asked = run(
      (_, __, { signal }) => {
        heard = signal
        setImmediate(() => abort.abort(new Error('given up')))
        return new Promise((_, reject) => setTimeout(reject, 30, new Error('late')))
      },
      { signal: abort.signal },
    )
    await expect(asked).rejects.toThrow('given up')
    expect(heard!.aborted).toBe(true)
    await new Promise((resolve) => setTimeout(resolve, 50))
  })
})

describe('the module that is named', () => {
  const file = (text: string): string => {
    const path = join(folder(), 'mine.mjs')
    writeFileSync(path, text)
    return path
  }

  it.each<[string, () => unknown, string, RegExp]>([
    ['a number', () => 7, 'CONFIG_OUT_OF_RANGE', /reranker 7 is no module/],
    ['a file that is not there', () => join(folder(), 'none.mjs'), 'ENGINE_UNAVAILABLE', /does not load/],
    ['a package that is not there', () => 'no-such-reranker', 'ENGINE_UNAVAILABLE', /does not load/],
    ['a file that throws', () => file('throw new Error("broken")'), 'ENGINE_UNAVAILABLE', /broken/],
    ['a file without rerank', () => file('export const score = 1'), 'ENGINE_UNAVAILABLE', /exports no rerank/],
  ])('%s: an error with the way out', async (_, named, code, message) => {
    const error = await loadReranker(named()).catch((error: unknown) => error)
    expect(error).toMatchObject({ code, message: expect.stringMatching(message), hint: expect.stringMatching(/\w/) })
  })

  it('the built-in system shows it what it found, keeps the laws, and keeps no order that a failure left', async () => {
    const module = file(`
      let asked = 0
      export const rerank = (question, passages) => {
        if (asked++ === 0) throw new Error('not yet')
        return passages.map((_, i) => i)
      }
      export const close = () => { globalThis.rerankerClosed = true }`)
    const docs = await pages(5)
    const workspace = folder()
    const open = (options?: Record<string, unknown>): Promise<Target> =>
      openRag({
        config: parseConfig({ ...small, ...allCaches, 'rag.rerankDepth': 4 }),
        workspace,
        ...(options ? { options } : {}),
      })
    const plain = await open()
    await plain.ingest!(stream(docs))
    const question = { text: 'Why is streaming not working when my app is deployed?' }
    const fused = await plain.query(question)
    expect(Object.keys((await plain.info()).knobs)).not.toContain('rag.rerankDepth')
    await plain.close()

    const target = await open({ reranker: module })
    onTestFinished(() => target.close())
    const info = await target.info()
    expect(info.stages).toContain('rerank')
    expect(Object.keys(info.knobs)).toContain('rag.rerankDepth')
    expect(info.models['reranker mine.mjs']).toMatch(/^[0-9a-f]{64}$/)
    const failed = await target.query(question)
    expect(failed.warnings).toEqual(['reranker mine.mjs failed (not yet): the fused order stays'])
    expect(failed.passages).toEqual(fused.passages)
    const stages: string[] = []
    const turned = await target.query(question, (event) => event.type === 'stage' && stages.push(event.stage))
    expect(turned.warnings).toBeUndefined()
    expect(stages).toEqual(['hydrate', 'rerank', 'hydrate'])
    expect(turned.passages.map(({ score }) => score)).toEqual([3, 2, 1])
    expect(turned.passages.slice(1).map(({ chunkId }) => chunkId)).toEqual(
      [2, 1].map((i) => fused.passages[i]!.chunkId),
    )
    expect((await target.query(question)).cacheHit).toBe('query')
    // the others speak of answers and other knobs, which a reranker has no part in
    const laws = targetLaws.filter(({ name }) => /^ids are|^an aborted|^stage times|^bypassCache/.test(name))
    expect(laws).toHaveLength(4)
    for (const { check } of laws) await check(target, question)
    const { undo } = await target.apply!({ 'rag.rerankDepth': 0 })
    expect((await target.query(question)).passages).toEqual(fused.passages)
    await undo()
    await target.close()
    expect((globalThis as { rerankerClosed?: boolean }).rerankerClosed).toBe(true)
  })
})
