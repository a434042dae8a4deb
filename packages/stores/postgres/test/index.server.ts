import { cpSync, renameSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { defaultConfig, type Patch, type Store } from '@tenfold/contracts'
import pg from 'pg'
import { afterEach, describe, expect, it, vi } from 'vitest'
import postgres, { limits } from '../src/index.ts'
import { folder, startServer } from './server.ts'

const server = startServer()
const dims = 8
const identity = { modelSha256: 'a'.repeat(64), dims, chunker: 'words' }

const opened: Store[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

async function open(workspace = folder(), change: Patch = {}, index?: string): Promise<Store> {
  const store = await postgres.open({ config: { ...defaultConfig, ...change }, workspace, identity, index })
  opened.push(store)
  return store
}

const vector = (seed: number) => {
  const values = Array.from({ length: dims }, (_, i) => Math.sin(seed * 7 + i * 3))
  const length = Math.hypot(...values)
  return Float32Array.from(values, (value) => value / length)
}

const documents = (count: number, words = 'alpha beta') =>
  Array.from({ length: count }, (_, i) => ({
    doc: { id: `d${i}`, title: `T${i}`, collection: i % 20 === 0 ? 'rare' : 'most', hash: `h${i}` },
    chunks: [{ text: `${words} only${i}`, hash: `c${words}${i}`, vector: vector(i) }],
  }))

async function filled(workspace = folder(), change: Patch = {}): Promise<Store> {
  const store = await open(workspace, change)
  await store.upsertDocs(documents(100))
  await store.refresh()
  return store
}

async function sql<Row extends object>(text: string, values: unknown[] = [], url = server!.url): Promise<Row[]> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return (await client.query(text, values)).rows
  } finally {
    await client.end()
  }
}
const schemas = async () =>
  (await sql<{ name: string }>(`SELECT nspname AS name FROM pg_namespace WHERE nspname LIKE 'tenfold\\_%'`)).map(
    ({ name }) => name,
  )

describe.skipIf(!server)('copies of a workspace', () => {
  it('share what they read; the first write makes a copy on the server, and the other stays as it was', async () => {
    const home = folder()
    const first = await filled(home)
    const copy = folder()
    cpSync(home, copy, { recursive: true })
    const second = await open(copy, {}, home)
    const before = (await schemas()).length
    expect(await second.chunkCount()).toBe(100)
    await Promise.all([second.removeDoc('d70'), second.upsertDocs(documents(2, 'gamma'))])
    await second.refresh()
    expect((await schemas()).length).toBe(before + 1)
    expect(await second.docIds()).not.toEqual(await first.docIds())
    expect((await second.lexicalSearch('gamma', 5)).chunkIds.length).toBeGreaterThan(0)
    expect((await first.lexicalSearch('gamma', 5)).chunkIds).toEqual([])
    expect(await first.chunkCount()).toBe(100)
    // opened again it is its own: no further copy
    const again = await open(copy)
    await again.removeDoc('d9')
    expect((await schemas()).length).toBe(before + 1)
    expect(await again.docHash('d9')).toBeUndefined()
    expect(await first.docHash('d9')).toBe('h9')
  })

  it('indexes of different settings stand side by side, and each search takes its own', async () => {
    const home = folder()
    await filled(home)
    for (const [vectors, named] of [
      ['halfvec', 'chunks_vector_halfvec'],
      ['bit', 'chunks_vector_bit'],
      ['hnsw', 'chunks_vector_hnsw'],
    ] as const) {
      const store = await open(home, { 'db.pgVectors': vectors })
      // 100 rows are read quicker than any index: it is asked whether it could be used
      await sql(`ALTER ROLE tenfold SET enable_seqscan = off`)
      const plans = await (await open(home, { 'db.pgVectors': vectors })).plans()
      await sql(`ALTER ROLE tenfold RESET enable_seqscan`)
      expect(plans.vectorSearch!.join('\n')).toContain(named)
      expect(plans.exactSearch!.join('\n')).not.toContain('chunks_vector')
      expect((await store.readBack())['db.pgVectors']).toBe(vectors)
    }
  })

  it('an index lives as long as one of its folders, renamed or not, and goes with the last', async () => {
    const built = folder()
    const place = `${folder()}-place`
    const store = await open(built, {}, place)
    await store.upsertDocs(documents(3))
    cpSync(built, place, { recursive: true })
    rmSync(built, { recursive: true })
    const graceMs = limits.graceMs
    limits.graceMs = 0
    try {
      const before = await schemas()
      await open()
      expect(await schemas()).toEqual(expect.arrayContaining(before))
      expect(await sql('SELECT 1 FROM tenfold.folders WHERE folder = $1', [built])).toEqual([])
      const arm = folder()
      cpSync(place, arm, { recursive: true })
      expect(await (await open(arm, {}, place)).chunkCount()).toBe(3)
      renameSync(place, `${place}.gone`)
      rmSync(`${place}.gone`, { recursive: true })
      rmSync(arm, { recursive: true })
      await open()
      const left = await schemas()
      expect(before.filter((name) => !left.includes(name))).toHaveLength(1)
    } finally {
      limits.graceMs = graceMs
    }
  })

  it('an index that the server no longer has is named, with the way out', async () => {
    const home = folder()
    await filled(home)
    const [name] = (await sql<{ name: string }>('SELECT name FROM tenfold.folders WHERE folder = $1', [home])).map(
      (row) => row.name,
    )
    await sql(`DROP SCHEMA ${name} CASCADE`)
    await expect(open(home)).rejects.toMatchObject({ code: 'INDEX_MISSING', message: expect.stringContaining(name!) })
  })
})

describe.skipIf(!server)('searches', () => {
  it.each(['off', 'strict', 'relaxed'] as const)('a filter never costs rows, with iterative scans %s', async (scan) => {
    const home = folder()
    await filled(home)
    // so few rows would not be searched by a graph otherwise
    const costly = ['seqscan', 'bitmapscan', 'sort']
    for (const name of costly) await sql(`ALTER ROLE tenfold SET enable_${name} = off`)
    const store = await open(home, { 'db.pgIterativeScan': scan, 'db.pgEfSearch': 10 })
    const [plan, { chunkIds }] = [
      (await store.plans()).vectorSearchFiltered!.join('\n'),
      await store.vectorSearch(vector(5), 5, { collection: 'rare' }),
    ]
    for (const name of costly) await sql(`ALTER ROLE tenfold RESET enable_${name}`)
    expect(plan).toContain('chunks_vector_hnsw')
    expect(chunkIds).toEqual((await store.exactSearch(vector(5), 5, { collection: 'rare' })).chunkIds)
    expect(chunkIds).toHaveLength(5)
  })

  it('drops the words of most chunks, but not all words of a question, and counts anew after a write', async () => {
    const home = folder()
    await filled(home)
    const store = await open(home, { 'db.ftsMaxDocShare': 0.5 })
    expect((await store.lexicalSearch('alpha only7', 400)).chunkIds).toHaveLength(1)
    expect((await store.lexicalSearch('alpha', 400)).chunkIds).toHaveLength(100)
    expect((await store.lexicalSearch(`'alpha \\ | & only7`, 400)).chunkIds).toHaveLength(1)
    await store.upsertDocs(documents(100, 'only7'))
    await store.refresh()
    expect((await store.lexicalSearch('only7 only8', 400)).chunkIds).toHaveLength(1)
  })

  it('S2-28 finds documents and texts by indexes, and tells its administrator what only he can do', async () => {
    const store = await filled()
    await sql(`ALTER ROLE tenfold SET enable_seqscan = off`)
    const other = await open(folder())
    await other.upsertDocs(documents(100))
    await other.refresh()
    const plans = await other.plans()
    await sql(`ALTER ROLE tenfold RESET enable_seqscan`)
    for (const [statement, index] of [
      ['lexicalSearch', 'chunks_words'],
      ['hydrate', 'chunks_pkey'],
      ['vectorsByHash', 'chunks_hash'],
      ['docHash', 'docs_pkey'],
    ] as const)
      expect(plans[statement]!.join('\n')).toContain(index)
    expect(await store.advice!()).toEqual([expect.stringContaining('pg_stat_statements')])
  })
})

describe.skipIf(!server)('connections', () => {
  const connections = async () => {
    const [row] = await sql<{ count: number }>(
      `SELECT count(*)::int FROM pg_stat_activity WHERE application_name = 'tenfold'`,
    )
    return row!.count
  }

  it('S3-35: as many as are kept at the start, no more than allowed under load', async () => {
    expect(limits).toMatchObject({ acquireMs: 30_000, idleMs: 600_000, connectMs: 3000 })
    const before = await connections()
    const store = await open(folder(), { 'db.pgPoolMin': 5, 'db.pgPoolMax': 8 })
    expect(await connections()).toBe(before + 5)
    await Promise.all(Array.from({ length: 60 }, () => store.chunkCount()))
    expect(await connections()).toBe(before + 8)
    expect(await store.readBack()).toMatchObject({ 'db.pgPoolMin': 5, 'db.pgPoolMax': 8 })
    await store.close()
    await vi.waitFor(async () => expect(await connections()).toBe(before))
  })

  it('S3-35: waits 30 s for one at most, and says whose fault it was', async () => {
    const acquireMs = limits.acquireMs
    limits.acquireMs = 200
    try {
      const home = folder()
      await filled(home)
      const store = await open(home, { 'db.pgPoolMax': 1 })
      await sql(`ALTER ROLE tenfold SET statement_timeout = 0`)
      const [name] = await sql<{ name: string }>('SELECT name FROM tenfold.folders WHERE folder = $1', [home])
      const blocker = new pg.Client(server!.url)
      await blocker.connect()
      await blocker.query(`BEGIN; LOCK TABLE ${name!.name}.chunks`)
      const stuck = store.chunkCount()
      await expect(store.docHash('d1')).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
      await blocker.query('COMMIT')
      await blocker.end()
      expect(await stuck).toBe(100)
    } finally {
      limits.acquireMs = acquireMs
    }
  })

  it('goes on after the server has crashed and come back, also in the middle of searches and writes', async () => {
    const store = await filled()
    const searching = Array.from({ length: 8 }, async (_, i) => {
      for (let n = 0; n < 15; n++) {
        expect((await store.exactSearch(vector(i), 5)).chunkIds).toHaveLength(5)
        await new Promise((resolve) => setTimeout(resolve, 10))
      }
    })
    const writing = (async () => {
      for (let round = 0; round < 10; round++) await store.upsertDocs(documents(20, `round${round}`))
    })()
    await new Promise((resolve) => setTimeout(resolve, 30))
    await server!.restart()
    await Promise.all([...searching, writing])
    await store.refresh()
    expect(await store.chunkCount()).toBe(100)
    expect((await store.lexicalSearch('round9', 50)).chunkIds).toHaveLength(20)
  })

  it('a statement that takes too long is ended, and the next one works', async () => {
    const statementMs = limits.statementMs
    limits.statementMs = 150
    try {
      const home = folder()
      await filled(home)
      const [name] = await sql<{ name: string }>('SELECT name FROM tenfold.folders WHERE folder = $1', [home])
      const store = await open(home)
      const blocker = new pg.Client(server!.url)
      await blocker.connect()
      await blocker.query(`BEGIN; LOCK TABLE ${name!.name}.chunks`)
      await expect(store.chunkCount()).rejects.toMatchObject({ code: 'TARGET_FAILED' })
      await blocker.query('COMMIT')
      await blocker.end()
      expect(await store.chunkCount()).toBe(100)
    } finally {
      limits.statementMs = statementMs
    }
  })
})

describe.skipIf(!server)('a server that is not as it should be', () => {
  const at = async (url: string) => {
    vi.stubEnv('TENFOLD_POSTGRES_URL', url)
    try {
      return await open().catch((error: unknown) => error)
    } finally {
      vi.stubEnv('TENFOLD_POSTGRES_URL', server!.url)
    }
  }

  it.each([
    ['a wrong password', (url: URL) => (url.password = 'wrong-secret'), /password authentication failed/],
    ['no such database', (url: URL) => (url.pathname = '/nowhere'), /"nowhere" does not exist/],
    ['nobody at the port', (url: URL) => (url.port = '1'), /ECONNREFUSED/],
    ['no such host', (url: URL) => (url.hostname = 'no-such-host.invalid'), /ENOTFOUND|EAI_AGAIN/],
  ])('%s: said with the address and the way out, never with the password', async (_, change, said) => {
    const url = new URL(server!.url)
    change(url)
    const error = await at(url.href)
    expect(error).toMatchObject({ code: 'ENGINE_UNAVAILABLE', message: expect.stringMatching(said) })
    expect(error).toMatchObject({ hint: expect.stringContaining('TENFOLD_POSTGRES_URL') })
    expect(String(error)).not.toContain(url.password)
  })

  it('one that takes the call and says nothing is given up', async () => {
    const connectMs = limits.connectMs
    const retryMs = limits.retryMs
    Object.assign(limits, { connectMs: 100, retryMs: 400 })
    const silent = createServer(() => {}).listen(0, '127.0.0.1')
    try {
      await new Promise((resolve) => silent.once('listening', resolve))
      const { port } = silent.address() as { port: number }
      expect(await at(`postgres://a:b@127.0.0.1:${port}/x`)).toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
    } finally {
      Object.assign(limits, { connectMs, retryMs })
      silent.close()
    }
  })

  it('one without pgvector is told what to install; one who may create nothing, what to grant', async () => {
    await sql('CREATE DATABASE bare')
    await sql(`CREATE ROLE guest LOGIN PASSWORD 'guest'`)
    await sql('ALTER DATABASE bare OWNER TO tenfold')
    const url = new URL(server!.url)
    Object.assign(url, { pathname: '/bare', username: 'guest', password: 'guest' })
    expect(await at(url.href)).toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringMatching(/apt install postgresql-\d+-pgvector.*CREATE EXTENSION vector/),
    })
    const owner = new URL(server!.url)
    owner.pathname = '/bare'
    await sql('CREATE EXTENSION vector', [], owner.href)
    expect(await at(url.href)).toMatchObject({
      code: 'ENGINE_UNAVAILABLE',
      hint: expect.stringContaining('GRANT CREATE'),
    })
  })
})
