import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfig } from '@tenfold/contracts'
import { Meilisearch } from 'meilisearch'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { attempt, done } from '../src/faults.ts'
import provider from '../src/index.ts'

const { TENFOLD_MEILISEARCH_URL } = process.env
afterEach(() => {
  if (TENFOLD_MEILISEARCH_URL === undefined) delete process.env.TENFOLD_MEILISEARCH_URL
  else process.env.TENFOLD_MEILISEARCH_URL = TENFOLD_MEILISEARCH_URL
})

/** What the client makes of answers of any server: no Meilisearch, and no test of one. */
async function answering(...answers: [status: number, body: object][]): Promise<Meilisearch> {
  const server = createServer((_, response) => {
    const [status, body] = answers.length > 1 ? answers.shift()! : answers[0]!
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return new Meilisearch({ host: `http://127.0.0.1:${(server.address() as { port: number }).port}` })
}

const said = (code: string, message = code) => ({ message, code, type: 'x', link: 'x' })

it.each([
  [
    401,
    'missing_authorization_header',
    { code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining('TENFOLD_MEILISEARCH_KEY') },
  ],
  [403, 'invalid_api_key', { code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining('TENFOLD_MEILISEARCH_KEY') }],
  [422, 'no_space_left_on_device', { code: 'STORE_FULL' }],
  [500, 'internal', { code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining('TENFOLD_MEILISEARCH_URL') }],
  [400, 'invalid_search_filter', { cause: { code: 'invalid_search_filter' } }],
])('%i %s', async (status, code, expected) => {
  const client = await answering([status, said(code)])
  await expect(attempt('http://m', () => client.getStats())).rejects.toMatchObject(expected)
})

it('a server that is busy for a moment is asked again', async () => {
  const client = await answering([503, said('busy')], [429, said('busy')], [200, { databaseSize: 1 }])
  expect(await attempt('http://m', () => client.getStats())).toEqual({ databaseSize: 1 })
})

it.each([
  ['failed', said('no_space_left_on_device'), 'STORE_FULL'],
  ['failed', said('invalid_document_id'), 'DATA_UNREADABLE'],
  ['canceled', null, 'DATA_UNREADABLE'],
])('a task that %s: %j', async (status, error, code) => {
  const client = await answering(
    [202, { taskUid: 7, status: 'enqueued' }],
    [200, { uid: 7, status: 'processing' }],
    [200, { uid: 7, status, error }],
  )
  await expect(done(client.index('i').deleteAllDocuments())).rejects.toMatchObject({ code })
})

it('no server: ENGINE_UNAVAILABLE names the address and the variable', async () => {
  process.env.TENFOLD_MEILISEARCH_URL = 'http://127.0.0.1:1'
  const workspace = mkdtempSync(join(tmpdir(), 'tenfold-meilisearch-'))
  onTestFinished(() => rmSync(workspace, { recursive: true }))
  const identity = { modelSha256: 'a'.repeat(64), dims: 3, chunker: 'c' }
  const open = async () =>
    provider.open({ config: defaultConfig, workspace, identity, signal: AbortSignal.timeout(300) })
  const error = (await open().catch((each: unknown) => each)) as { code: string; message: string; hint: string }
  expect([error.code, error.hint]).toEqual(['ENGINE_UNAVAILABLE', expect.stringContaining('TENFOLD_MEILISEARCH_URL')])
  expect(error.message).toContain('127.0.0.1:1')
})
