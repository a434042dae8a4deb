import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLink } from '../src/link.ts'
import { command, isHere, opened, type Server, startServer, stopServer } from './server.ts'
import { vector } from './vectors.ts'

const doc = (id: string, hash = 'h') => ({ id, title: id, collection: '', hash })
const chunk = (text: string, seed = text.length) => ({ text, hash: text, vector: vector(seed) })
const kind = isHere(8) ? 8 : 7

describe.skipIf(!isHere(kind))('a server that misbehaves (S3-35: connect 3 s, a pool that survives)', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(kind, '--appendonly', 'yes', '--appendfsync', 'always')
  })
  afterAll(() => stopServer(server))

  it('no server: ENGINE_UNAVAILABLE names the address and the variable, not the password', async () => {
    const open = openLink({ url: 'redis://me:secret@127.0.0.1:1', poolSize: 1, pipeline: true, budgetMs: 200 })
    await expect(open).rejects.toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('TENFOLD_REDIS_URL'),
    })
    await expect(open).rejects.not.toThrow(/secret/)
  })

  it('a wrong password is told at once', async () => {
    await command(server.url, 'ACL', 'SETUSER', 'reader', 'on', '>right', '~*', '+@all')
    const url = server.url.replace('redis://', 'redis://reader:wrong@')
    const start = performance.now()
    const open = openLink({ url, poolSize: 1, pipeline: true, budgetMs: 60_000 })
    await expect(open).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', hint: expect.stringContaining('password') })
    expect(performance.now() - start).toBeLessThan(30_000)
  })

  it.each([1, 5])(
    'killed and started again in the middle of searches, %i connections: they wait, then go on',
    async (poolSize) => {
      const store = await opened(server.url, undefined, { 'db.redisPoolSize': poolSize })
      await store.upsertDocs([{ doc: doc('a'), chunks: [chunk('the cat sleeps')] }])
      const searches = Array.from({ length: 20 }, async (_, i) => {
        await sleep(i * 10)
        return store.lexicalSearch('cats', 5)
      })
      await sleep(50)
      await server.end('SIGKILL')
      await sleep(300)
      await server.start()
      for (const { chunkIds } of await Promise.all(searches)) expect(chunkIds).toHaveLength(1)
      expect(await store.docIds()).toEqual(['a'])
    },
  )

  it('a script that is no longer known is sent again', async () => {
    const store = await opened(server.url)
    await store.upsertDocs([{ doc: doc('a'), chunks: [chunk('one')] }])
    await command(server.url, 'SCRIPT', 'FLUSH')
    await store.upsertDocs([{ doc: doc('b'), chunks: [chunk('two')] }])
    expect(await store.docIds()).toEqual(['a', 'b'])
  })

  it('slow: an answer that comes late is waited for, one that does not come is an error', async () => {
    const link = await openLink({ url: server.url, poolSize: 1, pipeline: true, deadlineMs: 1500, budgetMs: 100 })
    server.freeze(true)
    const late = link.call('PING')
    await sleep(300)
    server.freeze(false)
    expect(await late).toBe('PONG')
    server.freeze(true)
    try {
      await expect(link.call('PING')).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    } finally {
      server.freeze(false)
    }
    await link.close()
  })

  it('full, with noeviction: STORE_FULL, nothing of the batch, and room again later', async () => {
    const store = await opened(server.url)
    await store.upsertDocs([{ doc: doc('a', 'old'), chunks: [chunk('one')] }])
    await command(server.url, 'CONFIG', 'SET', 'maxmemory-policy', 'noeviction')
    await command(server.url, 'CONFIG', 'SET', 'maxmemory', '1mb')
    const batch = [
      { doc: doc('a', 'new'), chunks: [chunk('one more'), chunk('two')] },
      { doc: doc('b'), chunks: [chunk('three')] },
    ]
    await expect(store.upsertDocs(batch)).rejects.toMatchObject({ code: 'STORE_FULL' })
    expect([await store.docHash('a'), await store.docIds(), await store.chunkCount()]).toEqual(['old', ['a'], 1])
    await command(server.url, 'CONFIG', 'SET', 'maxmemory', '0')
    await store.upsertDocs(batch)
    expect([await store.docHash('a'), await store.docIds(), await store.chunkCount()]).toEqual(['new', ['a', 'b'], 3])
  })

  it('loading its data: opening waits for it', async () => {
    await command(server.url, 'DEBUG', 'POPULATE', '20000').catch(() => {})
    await server.end('SIGKILL')
    await server.start()
    const store = await opened(server.url)
    expect(await store.chunkCount()).toBe(0)
  })
})
