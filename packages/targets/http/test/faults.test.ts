import { once } from 'node:events'
import { PipelineError } from '@tenfold/contracts'
import { describe, expect, it } from 'vitest'
import { json, open, serve } from './systems.ts'

/** The error of a query that must fail. */
async function failure(options: Record<string, unknown>, answerTokens = 0): Promise<PipelineError> {
  const target = await open(options)
  const error = await target.query({ text: 'why?', k: 3, answerTokens }).then(
    (result) => new Error(`resolved with ${JSON.stringify(result)}`),
    (reason) => reason,
  )
  expect(error).toBeInstanceOf(PipelineError)
  expect(error.code).toBe('TARGET_FAILED')
  expect(error.hint).not.toBe('')
  return error
}

describe('a failing system', () => {
  it('status 500: says it, with the first 200 characters', async () => {
    const { url } = await serve((_, response) => response.writeHead(500).end(`index gone ${'x'.repeat(500)}`))
    const { message, hint } = await failure({ url: `${url}?key=secret` })
    expect(message).toContain(`POST ${url} answered 500: index gone xxx`)
    expect(message).not.toContain('secret')
    expect(message.length).toBeLessThan(300)
    expect(hint).toMatch(/log/)
  })

  it.each([
    [401, /headers/],
    [404, /url/],
    [422, /body/],
    [429, /rate/],
    [302, /address/],
  ])('status %i has its way out', async (status, wayOut) => {
    const { url } = await serve((_, response) => response.writeHead(status, { location: '/login' }).end('no'))
    expect((await failure({ url })).hint).toMatch(wayOut)
  })

  it('nothing listens: names the address', async () => {
    expect((await failure({ url: 'http://127.0.0.1:9/ask' })).message).toMatch(
      /127\.0\.0\.1:9\/ask: nothing listens at 127\.0\.0\.1:9/,
    )
  })

  it('no answer in time: rejects and the next query works', async () => {
    let asked = 0
    const { url } = await serve((request, response) => (asked++ ? json({ ids: ['a'] })(request, response) : undefined))
    const target = await open({ url, timeoutMs: 40 })
    await expect(target.query({ text: 'a' })).rejects.toThrow(/within 40 ms/)
    expect((await target.query({ text: 'a' })).ids).toEqual(['a'])
  })

  it('a stream that never ends is not waited for longer', async () => {
    const { url } = await serve((_, response) =>
      response.writeHead(200, { 'content-type': 'text/event-stream' }).write('data: {"token":"a"}\n\n'),
    )
    expect((await failure({ url, timeoutMs: 40 })).message).toMatch(/within 40 ms/)
  })

  it.each([
    ['text/event-stream', 'data: {"token":"a"}\n\ndata: {"tok'],
    ['text/event-stream', 'data: {"ids":["a"],"answer":"b"}\n\n'],
    ['application/x-ndjson', '{"token":"a"}\n{"ids":["a"],"answer":"b"}\n'],
    ['application/json', '{"ids":["a"]'],
  ])('a %s stream cut after %s', async (type, begun) => {
    const { url } = await serve((_, response) => {
      response.writeHead(200, { 'content-type': type })
      response.write(begun, () => response.destroy())
    })
    expect((await failure({ url })).message).toMatch(/cut before the end of the answer/)
  })

  it.each(['<html>login</html>', '', '{"ids":["a"'])('%j is no JSON', async (text) => {
    const { url } = await serve((_, response) => response.end(text))
    expect((await failure({ url })).message).toContain(`is no JSON: ${JSON.stringify(text)}`)
  })

  it('half an event at the orderly end of a stream is no JSON either', async () => {
    const { url } = await serve((_, response) => response.end('data: {"ids":["a"]}\n\ndata: {"tok'))
    expect((await failure({ url, stream: 'sse' })).message).toContain('is no JSON: "{\\"tok"')
  })

  it('an error told with status 200 is one', async () => {
    const { url } = await serve(json({ error: { message: 'model overloaded' } }))
    expect((await failure({ url })).message).toMatch(/answered an error.*overloaded/)
    const stream = await serve((_, response) => response.end('event: error\ndata: out of memory\n\n'))
    expect((await failure({ url: stream.url, stream: 'sse' })).message).toMatch(/out of memory/)
  })

  it('no ids: names the path and the keys that were there', async () => {
    const { url } = await serve(json({ hits: [{ key: 'a' }], took: 3 }))
    const named = await failure({ url, response: { ids: 'hits[].id' } })
    expect(named.message).toMatch(/no document ids at hits\[\]\.id: hits\[0\] has the keys key/)
    expect(named.hint).toMatch(/response\.ids/)
    expect((await failure({ url })).message).toMatch(/ids, documents\[\]\.id, .* has the keys hits, took/)
  })

  it('no answer although one was asked for', async () => {
    const { url } = await serve(json({ ids: ['a'] }))
    expect((await failure({ url }, 8)).message).toMatch(/no answer at answer, text, output, response/)
    const searchOnly = await open({ url, response: { answer: null } })
    expect(await searchOnly.query({ text: 'a', answerTokens: 8 })).toEqual({ ids: ['a'], passages: [] })
  })

  it('an answer compressed although that was not asked for; its connection is given up', async () => {
    let gone: Promise<unknown> | undefined
    const { url } = await serve((request, response) => {
      gone = once(request.socket, 'close')
      response.writeHead(200, { 'content-encoding': 'gzip' }).write('...')
    })
    expect((await failure({ url })).message).toMatch(/gzip/)
    await gone
  })
})

it('an empty list of ids is an answer', async () => {
  const { url } = await serve(json({ ids: [] }))
  expect((await (await open({ url })).query({ text: 'a' })).ids).toEqual([])
})

it('an abort in the middle of a stream rejects with its reason', async () => {
  const { url } = await serve((_, response) =>
    response.writeHead(200, { 'content-type': 'application/x-ndjson' }).write('{"token":"a"}\n'),
  )
  const target = await open({ url })
  const stop = new AbortController()
  const why = new Error('enough')
  const query = target.query({ text: 'a', signal: stop.signal }, () => stop.abort(why))
  await expect(query).rejects.toBe(why)
})

it('asks nothing after close', async () => {
  const target = await open({ url: 'http://127.0.0.1:9/' })
  await target.close()
  await target.close()
  await expect(target.query({ text: 'a' })).rejects.toThrow(/after close/)
})

it.each([
  [{}, /url is missing/],
  [{ url: 'ftp://a' }, /url is "ftp:\/\/a"/],
  [{ url: 'http://a', timeout: 3 }, /timeout is 3/],
  [{ url: 'http://a', timeoutMs: -1 }, /timeoutMs is -1/],
  [{ url: 'http://a', body: { q: 'always the same' } }, /body is/],
  [{ url: 'http://a', body: { q: '{{text}}', n: '{{limit}}' } }, /body is/],
  [{ url: 'http://a', response: { ids: 'a..b' } }, /response\.ids is "a\.\.b"/],
  [{ url: 'http://a', stages: { find: 'guess' } }, /stages\.find is "guess"/],
])('options %j are refused', async (options, message) => {
  const error: PipelineError = await open(options).catch((reason) => reason)
  expect(error.code).toBe('CONFIG_OUT_OF_RANGE')
  expect(error.message).toMatch(message)
  expect(error.hint).not.toBe('')
})
