import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '@tenfold/contracts'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { command, folder, isHere, opened, type Server, startServer, stopServer } from './server.ts'
import { vector } from './vectors.ts'

const kind = isHere(8) ? 8 : 7

async function writerIn(workspace: string, url: string): Promise<ChildProcess> {
  const tsx = [
    '--conditions=@tenfold/source',
    '--import',
    'tsx',
    join(import.meta.dirname, 'killed-writer.ts'),
    workspace,
  ]
  const env = { ...process.env, TENFOLD_REDIS_URL: url }
  const child = spawn(process.execPath, tsx, { stdio: ['ignore', 'pipe', 'ignore'], env })
  await once(child.stdout, 'data')
  return child
}

/** Every document has all chunks of one version and no other, whichever way they are looked for. */
async function expectWhole(store: Store): Promise<void> {
  const count = await store.chunkCount()
  for (const { chunkIds } of [
    await store.exactSearch(vector(1), 1000),
    await store.vectorSearch(vector(1), 1000),
    await store.lexicalSearch('version', 1000),
  ])
    expect(chunkIds).toHaveLength(count)
  // nothing of what is gone is left in the graph
  if (kind === 8) expect((await store.plans()).vectorSearch![0]).toContain(`over ${count} elements`)
  const rows = await store.hydrate((await store.exactSearch(vector(1), 1000)).chunkIds)
  const ids = await store.docIds()
  expect(ids.length).toBeGreaterThan(0)
  for (const id of ids) {
    const version = Number(await store.docHash(id))
    const pieces = rows.filter(({ docId }) => docId === id).map(({ text }) => text.split(' ').slice(0, 4).join(' '))
    const whole = Array.from({ length: 1 + (version % 5) }, (_, i) => `version ${version} piece ${i}`)
    expect(pieces.sort()).toEqual(whole.sort())
  }
}

describe.skipIf(!isHere(kind))('killed in the middle of writes', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(kind, '--appendonly', 'yes', '--appendfsync', 'always')
  })
  afterAll(() => stopServer(server))

  it.each([0, 7, 31])('the writer (+%i ms): whole documents only', async (delay) => {
    const workspace = folder()
    const child = await writerIn(workspace, server.url)
    await sleep(delay)
    child.kill('SIGKILL')
    await once(child, 'exit')
    await expectWhole(await opened(server.url, workspace))
  })

  it.each([3, 17])('the server (+%i ms): whole documents only, from its log', async (delay) => {
    const workspace = folder()
    const child = await writerIn(workspace, server.url)
    await sleep(delay)
    await server.end('SIGKILL')
    child.kill('SIGKILL')
    await server.start()
    await expectWhole(await opened(server.url, workspace))
  })

  it('a copied folder reads the same index and gets its own with its first write', async () => {
    const [workspace, copy] = [folder(), folder()]
    const store = await opened(server.url, workspace)
    const doc = (id: string) => ({
      doc: { id, title: id, collection: '', hash: id },
      chunks: [{ text: id, hash: id, vector: vector(3) }],
    })
    await store.upsertDocs([doc('a'), doc('b')])
    cpSync(workspace, copy, { recursive: true })
    const other = await opened(server.url, copy)
    expect(await other.docIds()).toEqual(['a', 'b'])
    await other.upsertDocs([doc('c')])
    await other.removeDoc('a')
    expect([await other.docIds(), await store.docIds()]).toEqual([
      ['b', 'c'],
      ['a', 'b'],
    ])
    expect((await other.vectorSearch(vector(3), 5)).chunkIds).toHaveLength(2)
    expect((await store.vectorSearch(vector(3), 5)).chunkIds).toHaveLength(2)
  })

  it('an index of a folder that is gone is removed when another is made', async () => {
    const before = await command<string[]>(server.url, 'KEYS', '{tenfold_*')
    expect(before.length).toBeGreaterThan(0)
    const store = await opened(server.url)
    await store.upsertDocs([])
    const after = await command<string[]>(server.url, 'KEYS', '{tenfold_*')
    expect(new Set(after.map((key) => key.slice(0, 25))).size).toBe(1)
  })

  it("a reader in another process meets what a writer's store has written", async () => {
    const workspace = folder()
    for (const change of [{}, { 'db.redisVectors': 'process' }] as const) {
      const [writer, reader] = [
        await opened(server.url, workspace, change),
        await opened(server.url, workspace, change),
      ]
      for (const text of ['one', 'two', 'three']) {
        const chunks = [{ text, hash: text, vector: vector(text.length) }]
        await writer.upsertDocs([{ doc: { id: 'a', title: 'a', collection: '', hash: text }, chunks }])
        await writer.refresh()
        const [found] = await reader.hydrate((await reader.vectorSearch(vector(1), 5)).chunkIds)
        expect(found?.text).toBe(text)
      }
    }
  })
})
