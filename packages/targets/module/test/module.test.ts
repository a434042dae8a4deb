import { relative } from 'node:path'
import type { PipelineError, TargetEvent } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { open, pathOf } from './open.ts'

const text = 'When does the fish market open?'
const failureOf = (query: Promise<unknown>): Promise<PipelineError> =>
  query.then(
    (result) => Promise.reject(new Error(`resolved with ${JSON.stringify(result)}`)),
    (error) => error,
  )

it('ids, passages, an answer and stages', async () => {
  const target = await open({ export: 'answering', stages: { find: 'lexical' } })
  const events: TargetEvent[] = []
  const result = await target.query({ text, k: 1, answerTokens: 9 }, (event) => events.push(event))
  const passage = { chunkId: 'market#0', docId: 'market', title: '', text: 'The fish market opens at five.', score: 0 }
  expect(result).toEqual({ ids: ['market'], passages: [passage], answer: passage.text })
  expect(events).toEqual([
    { type: 'stage', stage: 'lexical', ms: expect.any(Number) },
    { type: 'token', text: passage.text },
  ])
  expect((await target.info()).stages).toEqual(['lexical'])
})

it('the last value of a stream may be yielded or returned', async () => {
  expect(await (await open({ export: 'finalYielded' })).query({ text })).toEqual({
    ids: ['market', 'ferry'],
    passages: [],
    answer: 'a',
  })
  expect((await (await open({ export: 'streaming' })).query({ text, answerTokens: 2 })).answer).toBe('The fish')
})

it('a path may begin at the current folder, a package has a name', async () => {
  const path = `./${relative(process.cwd(), pathOf('functions.mjs'))}`
  expect((await (await open({ module: path })).query({ text })).ids[0]).toBe('market')
  const named = await failureOf(open({ module: 'vitest/package.json', export: 'ask' }))
  expect(named.message).toMatch(/vitest\/package\.json/)
})

it('setup gets its option, once, and close is called once', async () => {
  const { told } = await import(pathOf('functions.mjs'))
  told.length = 0
  const target = await open({ setup: { index: 'b' } })
  await target.query({ text })
  await target.close()
  await target.close()
  expect(told).toEqual([['setup', { index: 'b' }], ['close']])
  expect((await failureOf(target.query({ text }))).message).toMatch(/after close/)
})

it('a target module is passed through, with setup as its options', async () => {
  const target = await open({ module: pathOf('target.mjs'), setup: { url: 'x' } })
  expect(JSON.parse((await target.info()).name)).toEqual({ options: { url: 'x' }, workspace: '/w' })
})

it('an abort need not be listened to', async () => {
  const why = new Error('enough')
  for (const name of ['deaf', 'endless']) {
    const target = await open({ export: name })
    const stop = new AbortController()
    const query = failureOf(target.query({ text, signal: stop.signal }))
    stop.abort(why)
    expect(await query).toBe(why)
  }
})

it('a stream that was given up is ended', async () => {
  const { told } = await import(pathOf('functions.mjs'))
  const target = await open({ export: 'endless' })
  const stop = new AbortController()
  const tokens: unknown[] = []
  await failureOf(target.query({ text, signal: stop.signal }, (token) => tokens.push(token) > 2 && stop.abort()))
  const heard = tokens.length
  await expect.poll(() => told.at(-1)).toEqual(['returned'])
  expect(tokens).toHaveLength(heard)
})

it('what a function says after it was given up is not passed on', async () => {
  const { told } = await import(pathOf('functions.mjs'))
  const target = await open({ export: 'late' })
  const stop = new AbortController()
  const events: TargetEvent[] = []
  const query = failureOf(target.query({ text, signal: stop.signal }, (event) => events.push(event)))
  stop.abort()
  await query
  await expect.poll(() => told.at(-1)).toEqual(['late'])
  expect(events).toEqual([])
})

describe('fails', () => {
  it.each([
    ['throwing', /functions\.mjs \(throwing\) threw: index is corrupt/],
    ['nothing', /no document ids at ids: the answer is undefined/],
    ['otherShape', /no document ids at ids: the answer has the keys hits/],
    ['noText', /passages' text at passages\[\]\.text: passages\[0\] has the keys docId/],
    ['badPassages', /passages' text at passages\[\]\.text: passages is "many"/],
    ['badIds', /no document ids at ids: found/],
    ['badStage', /stage "thinking" with 3 ms/],
    ['tokensOnly', /no document ids/],
  ])('%s', async (name, message) => {
    const error = await failureOf((await open({ export: name })).query({ text }))
    expect(error).toMatchObject({ code: 'TARGET_FAILED', message: expect.stringMatching(message) })
    expect(error.hint).not.toBe('')
  })

  it('no answer although one was asked for', async () => {
    expect((await failureOf((await open({})).query({ text, answerTokens: 3 }))).message).toMatch(/no answer at answer/)
  })

  it.each([
    [{ module: './not-there.mjs' }, 'TARGET_FAILED', /not-there\.mjs" does not load/],
    [{ module: pathOf('broken.mjs') }, 'TARGET_FAILED', /no index at \/data/],
    [{ export: 'ask' }, 'TARGET_FAILED', /no function or target module as ask: it exports .*answering/],
    [{ export: 'number' }, 'TARGET_FAILED', /no function or target module as number/],
    [{ module: 3 }, 'CONFIG_OUT_OF_RANGE', /module is 3/],
    [{ stages: { find: 'guess' } }, 'CONFIG_OUT_OF_RANGE', /stages\.find is "guess"/],
    [{ file: 'a' }, 'CONFIG_OUT_OF_RANGE', /file is "a"/],
  ])('open with %j', async (options, code, message) => {
    const error = await failureOf(open(options))
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) })
    expect(error.hint).not.toBe('')
  })
})
