import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Doc, QueryRequest, QueryResult, Target, TargetEvent } from '@tenfold/contracts'
import { targetLaws } from '@tenfold/contracts/laws'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pages, ragOver } from './fixture.ts'
import { keywordTarget } from './keyword-target.ts'

const probe = { text: 'Why is streaming not working when my app is deployed?' }
let docs: Doc[]
beforeAll(async () => {
  docs = await pages(12)
})

/** Names of the laws of its level that the target breaks. */
async function broken(target: Target): Promise<string[]> {
  const { level } = await target.info()
  const names: string[] = []
  for (const law of targetLaws.filter((each) => each.level <= level)) {
    await law.check(target, probe).catch(() => names.push(law.name))
  }
  return names
}

describe('the built-in RAG', () => {
  const workspace = mkdtempSync(join(tmpdir(), 'tenfold-laws-'))
  let rag: Target
  beforeAll(async () => {
    rag = await ragOver(docs, workspace)
  })
  afterAll(async () => {
    await rag?.close()
    rmSync(workspace, { recursive: true, force: true })
  })

  it.each(targetLaws.map(({ name, check }) => [name, check] as const))('%s', (_, check) => check(rag, probe))

  it('keeps them with every cache on, and after an answer has opened the generator', async () => {
    const { undo } = await rag.apply!({ 'cache.queryEntries': 10, 'cache.generationEntries': 10 })
    await rag.query({ ...probe, answerTokens: 1 })
    expect(Object.keys(await rag.readBack!())).toContain('memory.contextTokens')
    expect(await broken(rag)).toEqual([])
    await undo()
  })

  it('finds the page that answers', async () => {
    const { ids } = await rag.query(probe)
    expect(ids).toContain('06-streaming-not-working-when-deployed.mdx')
  })
})

describe('any other target', () => {
  it.each([0, 1, 2] as const)('a keyword target of level %i keeps the laws of its level', async (level) => {
    expect(await broken(keywordTarget(docs, level))).toEqual([])
  })

  it('laws above the level of a target would fail, and are not asked', async () => {
    const target = keywordTarget(docs, 0)
    for (const { check } of targetLaws.filter(({ level }) => level === 1)) {
      await expect(check(target, probe)).rejects.toThrow()
    }
  })

  type Query = Target['query']
  /** A lawful target whose query is changed. */
  const but = (change: (query: Query, ...given: Parameters<Query>) => Promise<QueryResult>): Target => {
    const target = keywordTarget(docs, 2)
    return { ...target, query: (request, on) => change(target.query, request, on) }
  }
  const hearing =
    (hear: (event: TargetEvent) => TargetEvent | undefined) =>
    (query: Query, request: QueryRequest, on?: (event: TargetEvent) => void) =>
      query(request, (event) => {
        const heard = hear(event)
        if (heard) on?.(heard)
      })
  let turn = 0
  const withApply = (apply: NonNullable<Target['apply']>): Target => ({ ...keywordTarget(docs, 2), apply })

  it.each<[string, () => Target, RegExp]>([
    [
      'ids that change from call to call',
      () =>
        but(async (query, request, on) => {
          const result = await query(request, on)
          return { ...result, ids: turn++ % 2 ? result.ids : result.ids.toReversed() }
        }),
      /stable/,
    ],
    [
      'a document twice',
      () =>
        but(async (query, request, on) => {
          const result = await query(request, on)
          return { ...result, ids: [...result.ids, result.ids[0]!] }
        }),
      /stable/,
    ],
    [
      'no documents at all',
      () => but(async (query, request, on) => ({ ...(await query(request, on)), ids: [] })),
      /stable/,
    ],
    ['an abort that is ignored', () => but((query, { signal: _, ...request }, on) => query(request, on)), /aborted/],
    [
      'an abort that breaks the next query',
      () => {
        let dead = false
        return but((query, request, on) => {
          const was = dead
          dead = request.signal?.aborted ?? false
          return was ? Promise.reject(new Error('dead')) : query(request, on)
        })
      },
      /aborted/,
    ],
    [
      'a negative stage time',
      () => but(hearing((event) => (event.type === 'stage' ? { ...event, ms: -0.01 } : event))),
      /stage times/,
    ],
    [
      'stages longer than the whole',
      () => but(hearing((event) => (event.type === 'stage' ? { ...event, ms: 60_000 } : event))),
      /stage times/,
    ],
    ['no stages', () => but(hearing((event) => (event.type === 'stage' ? undefined : event))), /stage times/],
    [
      'a cache that answers although it is bypassed',
      () => but((query, { bypassCache: _, ...request }, on) => query(request, on)),
      /bypasses/,
    ],
    [
      'an undo that does not undo',
      () => {
        const target = keywordTarget(docs, 2)
        return { ...target, apply: async (patch) => ({ ...(await target.apply!(patch)), undo: async () => {} }) }
      },
      /undo/,
    ],
    [
      'an undo that toggles',
      () => {
        const target = keywordTarget(docs, 2)
        return {
          ...target,
          async apply(patch) {
            const change = await target.apply!(patch)
            let undone = false
            return { undo: async () => void ((undone = !undone) ? await change.undo() : await target.apply!(patch)) }
          },
        }
      },
      /undo/,
    ],
    ['an apply that does nothing', () => withApply(async () => ({ undo: async () => {} })), /apply/],
    [
      'an answer that is not what was streamed',
      () =>
        but(async (query, request, on) => {
          const { answer, ...result } = await query(request, on)
          return answer === undefined ? result : { ...result, answer: answer.trimEnd().slice(0, -1) }
        }),
      /streamed/,
    ],
    [
      'an answer that is not streamed',
      () => but(hearing((event) => (event.type === 'token' ? undefined : event))),
      /streamed/,
    ],
  ])('%s breaks one law', async (_, target, law) => {
    const names = await broken(target())
    expect(
      names.some((name) => law.test(name)),
      names.join('; ') || 'none broken',
    ).toBe(true)
    expect(names).toHaveLength(1)
  })
})
