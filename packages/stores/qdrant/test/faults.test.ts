import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { QdrantClient } from '@qdrant/js-client-rest'
import { defaultConfig } from '@tenfold/contracts'
import { afterEach, expect, it, onTestFinished } from 'vitest'
import { attempt } from '../src/faults.ts'
import provider from '../src/index.ts'

const { TENFOLD_QDRANT_URL } = process.env
afterEach(() => {
  if (TENFOLD_QDRANT_URL === undefined) delete process.env.TENFOLD_QDRANT_URL
  else process.env.TENFOLD_QDRANT_URL = TENFOLD_QDRANT_URL
})

/** What the client makes of answers of any server: no Qdrant, and no test of one. */
async function answering(...statuses: [number, string][]): Promise<QdrantClient> {
  const server = createServer((_, response) => {
    const [status, error] = statuses.length > 1 ? statuses.shift()! : statuses[0]!
    const body = status === 200 ? { result: { collections: [] }, status: 'ok' } : { status: { error } }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as { port: number }
  return new QdrantClient({ url: `http://127.0.0.1:${port}`, checkCompatibility: false })
}

it.each([
  [
    401,
    'Must provide an API key',
    { code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining('TENFOLD_QDRANT_API_KEY') },
  ],
  [500, 'Service internal error: No space left on device', { code: 'STORE_FULL' }],
  [
    500,
    'Service internal error: panic',
    { code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining('TENFOLD_QDRANT_URL') },
  ],
  [400, 'Wrong input', { status: 400 }],
])('%i %s', async (status, error, expected) => {
  const client = await answering([status, error])
  await expect(attempt('http://q', () => client.getCollections())).rejects.toMatchObject(expected)
})

it('a server that is busy for a moment is asked again', async () => {
  const client = await answering([503, 'starting'], [429, 'busy'], [200, ''])
  expect(await attempt('http://q', () => client.getCollections())).toEqual({ collections: [] })
})

it('no server: ENGINE_UNAVAILABLE names the address and the variable', async () => {
  process.env.TENFOLD_QDRANT_URL = 'http://127.0.0.1:1'
  const workspace = mkdtempSync(join(tmpdir(), 'tenfold-qdrant-'))
  onTestFinished(() => rmSync(workspace, { recursive: true }))
  const identity = { modelSha256: 'a'.repeat(64), dims: 3, chunker: 'c' }
  const open = async () =>
    provider.open({ config: defaultConfig, workspace, identity, signal: AbortSignal.timeout(300) })
  const error = (await open().catch((each: unknown) => each)) as { code: string; message: string; hint: string }
  expect([error.code, error.hint]).toEqual(['ENGINE_UNAVAILABLE', expect.stringContaining('TENFOLD_QDRANT_URL')])
  expect(error.message).toContain('127.0.0.1:1')
})
