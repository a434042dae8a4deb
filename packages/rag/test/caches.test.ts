import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Doc, Patch, QueryRequest, Target } from '@tenfold/contracts'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { allCaches, pages, ragOver, stream } from './fixture.ts'

const questions = [
  'Why is streaming not working when my app is deployed?',
  'How do I send custom request options with useChat?',
  'memory usage with images',
]
const [deployed] = questions as [string]

const workspace = mkdtempSync(join(tmpdir(), 'tenfold-caches-'))
let docs: Doc[]
let rag: Target
beforeAll(async () => {
  const found = await pages(12)
  docs = found.map((doc, i) => ({ ...doc, collection: i % 2 ? 'odd' : 'even' }))
  rag = await ragOver(docs, workspace, allCaches)
})
afterAll(async () => {
  await rag?.close()
  rmSync(workspace, { recursive: true, force: true })
})
beforeEach(() => rag.reset!('cache'))

const fresh = (request: QueryRequest) => rag.query({ ...request, bypassCache: true })
const changed = (id: string, text: string): Doc[] => docs.map((doc) => (doc.id === id ? { ...doc, text } : doc))

describe('caches', () => {
  it('S0-1: give the result that was computed, whatever they know', async () => {
    for (const text of questions) {
      const computed = await fresh({ text })
      const first = await rag.query({ text })
      const { cacheHit, ...second } = await rag.query({ text })
      expect(first).toEqual(computed)
      expect(second).toEqual(computed)
      expect(cacheHit).toBe('query')
    }
  })

  it('S0-2: a question in other letters and spaces is the same question, with the same result', async () => {
    const shouted = `  ${deployed.toUpperCase().replaceAll(' ', '  ')} `
    const first = await rag.query({ text: deployed })
    const { cacheHit, ...second } = await rag.query({ text: shouted })
    expect(cacheHit).toBe('query')
    expect(second).toEqual(first)
    expect(await fresh({ text: shouted })).toEqual(first)
  })

  it('S0-1: another k or collection is another question', async () => {
    await rag.query({ text: deployed })
    for (const request of [{ k: 2 }, { k: 7 }, { collection: 'odd' }, { collection: 'even' }]) {
      const { cacheHit, ...result } = await rag.query({ text: deployed, ...request })
      expect(cacheHit).not.toBe('query')
      expect(cacheHit).not.toBe('retrieval')
      expect(result).toEqual(await fresh({ text: deployed, ...request }))
    }
  })

  it('S2-32: the outermost cache that knows is named, and inner ones do their part', async () => {
    const names: (string | undefined)[] = []
    for (const off of [[], ['query'], ['query', 'retrieval'], ['query', 'retrieval', 'embedding']]) {
      const { undo } = await rag.apply!(Object.fromEntries(off.map((name) => [`cache.${name}Entries`, 0])))
      await rag.query({ text: deployed })
      names.push((await rag.query({ text: deployed })).cacheHit)
      await undo()
    }
    expect(names).toEqual(['query', 'retrieval', 'embedding', undefined])
  })

  it('nothing is stale after a document changed (stale = 0)', async () => {
    for (const text of questions) await rag.query({ text })
    const id = '06-streaming-not-working-when-deployed.mdx'
    await rag.ingest!(stream(changed(id, 'Deployed streaming needs the header x-fresh-from-ingest.')))
    for (const text of questions) {
      const { cacheHit, ...result } = await rag.query({ text })
      expect(['embedding', undefined]).toContain(cacheHit)
      expect(result).toEqual(await fresh({ text }))
    }
    const { passages } = await rag.query({ text: deployed })
    expect(passages.map(({ text }) => text).join()).toContain('x-fresh-from-ingest')
    await rag.ingest!(stream(docs))
  })

  it('nothing is stale after a document was removed', async () => {
    const { ids } = await rag.query({ text: deployed })
    await rag.ingest!(stream(docs.filter(({ id }) => id !== ids[0])), { replace: true })
    expect((await rag.query({ text: deployed })).ids).not.toContain(ids[0])
    await rag.ingest!(stream(docs))
    expect((await rag.query({ text: deployed })).ids).toEqual(ids)
  })

  it('nothing is stale after an ingest that failed half way', async () => {
    const { undo } = await rag.apply!({ 'memory.ingestWindow': 1 })
    await rag.query({ text: deployed })
    const failing = async function* () {
      yield* changed('06-streaming-not-working-when-deployed.mdx', 'Deployed streaming: stored before the failure.')
      throw new Error('the disk went away')
    }
    await expect(rag.ingest!(failing())).rejects.toThrow('the disk went away')
    const { cacheHit: _, ...result } = await rag.query({ text: deployed })
    expect(result).toEqual(await fresh({ text: deployed }))
    await rag.ingest!(stream(docs))
    await undo()
  })

  it.each<[string, Patch]>([
    ['the encoder', { 'speed.precision': 'fp32' }],
    ['the fusion', { 'rag.rrfK': 1 }],
    ['the candidates', { 'rag.candidates': 5 }],
    ['the store', { 'db.vectors': 'int8' }],
  ])('nothing is stale after %s changed', async (_, patch) => {
    for (const text of questions) await rag.query({ text })
    const { undo } = await rag.apply!(patch)
    for (const text of questions) {
      const { cacheHit, ...result } = await rag.query({ text })
      expect(cacheHit).toBeUndefined()
      expect(result).toEqual(await fresh({ text }))
    }
    await undo()
  })

  it('generation: only the exact prompt, and the tokens are streamed from the cache as well', async () => {
    const ask = async (text: string, answerTokens: number) => {
      const tokens: string[] = []
      const result = await rag.query(
        { text, answerTokens },
        (event) => event.type === 'token' && tokens.push(event.text),
      )
      expect(tokens.join('')).toBe(result.answer)
      return result
    }
    const first = await ask('too long?', 2)
    const again = await ask('too long?', 2)
    expect(first.cacheHit).toBeUndefined()
    expect(again).toEqual({ ...first, cacheHit: 'generation' })
    expect(await ask('TOO LONG?', 2)).toMatchObject({ cacheHit: 'query', ids: first.ids })
    expect((await ask('too long?', 1)).cacheHit).toBe('query')
  })

  it('generation: two who ask the same at once are both streamed to, and it is generated once', async () => {
    let prefills = 0
    const ask = async () => {
      let streamed = ''
      const { answer } = await rag.query({ text: 'too slow?', answerTokens: 2 }, (event) => {
        if (event.type === 'token') streamed += event.text
        else if (event.stage === 'prefill') prefills++
      })
      return { answer, streamed }
    }
    const [first, second] = await Promise.all([ask(), ask()])
    expect(first.streamed).toBe(first.answer)
    expect(second).toEqual(first)
    expect(prefills).toBe(1)
  })
})

describe('queries', () => {
  it('keep to a collection', async () => {
    const inside = new Set(docs.filter(({ collection }) => collection === 'odd').map(({ id }) => id))
    for (const text of questions) {
      const { ids } = await rag.query({ text, k: 12, collection: 'odd' })
      expect(new Set(ids)).toEqual(inside)
      expect((await rag.query({ text, collection: 'no such' })).ids).toEqual([])
    }
  })

  it('give as many documents as asked for, each once, whatever k', async () => {
    for (const k of [1, 2, 5, 12, 100]) {
      const { ids, passages } = await rag.query({ text: deployed, k })
      expect(ids).toHaveLength(Math.min(k, 12))
      expect(new Set(ids).size).toBe(ids.length)
      expect(passages.length).toBeLessThanOrEqual(k)
      expect(passages.map(({ score }) => score)).toEqual(passages.map(({ score }) => score).sort((a, b) => b - a))
    }
  })

  it('aborted beforehand or under way reject, and others go on', async () => {
    const reason = new Error('no longer wanted')
    await expect(rag.query({ text: deployed, signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    const stop = new AbortController()
    const stopped = rag.query({ text: 'another question', signal: stop.signal })
    const going = rag.query({ text: deployed })
    stop.abort(reason)
    await expect(stopped).rejects.toBe(reason)
    expect((await going).ids).toEqual((await fresh({ text: deployed })).ids)
  })

  it('an abort does not reach another who asks the same at the same time', async () => {
    const stop = new AbortController()
    const stopped = rag.query({ text: deployed, signal: stop.signal })
    const joined = rag.query({ text: deployed })
    stop.abort(new Error('no longer wanted'))
    await expect(stopped).rejects.toThrow('no longer wanted')
    expect((await joined).ids).toEqual((await fresh({ text: deployed })).ids)
  })

  it('an abort under way ends an answer, and the next one works', async () => {
    const stop = new AbortController()
    const onToken = (event: { type: string }) => event.type === 'token' && stop.abort(new Error('enough'))
    const long = { text: 'too long?', answerTokens: 64, signal: stop.signal }
    await expect(rag.query(long, onToken)).rejects.toThrow('enough')
    expect((await rag.query({ text: 'too long?', answerTokens: 1 })).answer).toEqual(expect.any(String))
  })
})

describe('apply and undo under running queries', () => {
  const patches: [string, Patch][] = [
    ['memory-mapped store', { 'db.mmapMib': 256, 'db.cacheKib': 64000 }],
    ['statistics and statements', { 'db.analyze': 'full', 'db.statementReuse': true, 'db.collectionIndex': true }],
    ['order of BM25', { 'db.ftsOrder': 'bm25' }],
    ['caches off', { 'cache.queryEntries': 0, 'cache.embeddingEntries': 0, 'cache.retrievalEntries': 0 }],
    ['small caches', { 'cache.queryEntries': 1, 'cache.maxMib': 1, 'cache.ttlSeconds': 1 }],
    ['encoder on a worker', { 'speed.encoderWorkers': 1 }],
    ['encoder without arena', { 'memory.arena': false }],
  ]

  it.each(patches)('%s', async (_, patch) => {
    const expected = await Promise.all(questions.map(async (text) => (await fresh({ text })).ids))
    const before = await rag.readBack!()
    let running = true
    const asking = questions.map(async (text, i) => {
      let asked = 0
      for (; running; asked++) {
        const { ids } = await rag.query({ text, bypassCache: asked % 2 === 0 })
        expect(ids).toEqual(expected[i])
        await new Promise(setImmediate)
      }
      return asked
    })
    for (let i = 0; i < 3; i++) {
      const { undo } = await rag.apply!(patch)
      const during = await rag.readBack!()
      for (const [key, value] of Object.entries(patch)) if (key in before) expect(during).toHaveProperty([key], value)
      await new Promise(setImmediate)
      await undo()
    }
    running = false
    expect(Math.min(...(await Promise.all(asking)))).toBeGreaterThan(0)
    expect(await rag.readBack!()).toEqual(before)
  })
})
