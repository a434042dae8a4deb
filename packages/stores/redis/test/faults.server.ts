import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLink } from '../src/link.ts'
import { command, folder, isHere, opened, type Server, startServer, stopServer } from './server.ts'
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
    const workspace = folder()
    const store = await opened(server.url, workspace)
    const batch = Array.from({ length: 100 }, (_, i) => ({ doc: doc(`d${i}`), chunks: [chunk(`text ${i}`, i)] }))
    await store.upsertDocs(batch)
    // it answers once in 1,024 commands of its log, so there must be many
    const link = await openLink({ url: server.url, poolSize: 1, pipeline: true })
    await link.many(Array.from({ length: 15_000 }, (_, i) => ['SET', `filler ${i}`, 'x']))
    await link.close()
    await server.end('SIGKILL')
    await server.start('--key-load-delay', '20')
    const impatient = await openLink({ url: server.url, poolSize: 1, pipeline: true, budgetMs: 1 })
    await expect(impatient.call('DBSIZE')).rejects.toThrow(/LOADING/)
    await impatient.close()
    expect(await (await opened(server.url, workspace)).chunkCount()).toBe(100)
  })

  it('data that the server has lost are no longer found, and new ones are', async () => {
    const store = await opened(server.url, folder(), { 'db.redisVectors': 'process' })
    await store.upsertDocs([{ doc: doc('a'), chunks: [chunk('one')] }])
    await store.upsertDocs([{ doc: doc('b'), chunks: [chunk('two')] }])
    expect((await store.vectorSearch(vector(1), 5)).chunkIds).toHaveLength(2)
    await command(server.url, 'FLUSHALL')
    await store.upsertDocs([{ doc: doc('c'), chunks: [chunk('three')] }])
    const { chunkIds } = await store.vectorSearch(vector(5), 5)
    expect((await store.hydrate(chunkIds)).map(({ docId }) => docId)).toEqual(['c'])
    expect(chunkIds).toHaveLength(1)
  })
})

describe.skipIf(!isHere(7))('a server without vector sets and RediSearch', () => {
  let server: Server
  beforeAll(async () => {
    server = await startServer(7)
  })
  afterAll(() => stopServer(server))

  it('does what it can, and readBack says what', async () => {
    const store = await opened(server.url, folder(), { 'db.redisVectors': 'set', 'db.redisWords': 'search' })
    await store.upsertDocs([{ doc: doc('a'), chunks: [chunk('the cat sleeps')] }])
    expect((await store.vectorSearch(vector(1), 5)).chunkIds).toHaveLength(1)
    expect((await store.lexicalSearch('cats', 5)).chunkIds).toHaveLength(1)
    expect(await store.readBack()).toMatchObject({
      'db.redisVectors': 'process',
      'db.redisWords': 'script',
      'db.vectors': 'f32',
    })
    expect(store.vectorBytes()).toBeGreaterThan(0)
  })
})
