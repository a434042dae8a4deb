import { readFileSync } from 'node:fs'
import { setTimeout } from 'node:timers/promises'
import { beforeEach, describe, expect, it } from 'vitest'
import { explainSlow, slowSearches } from '../src/index.ts'
import { document, query, type Server, type Subject } from './server.ts'

const nameIn = (workspace: string, { kind }: Subject): string =>
  JSON.parse(readFileSync(`${workspace}/${kind}.json`, 'utf8')).name

/** What a server and a network do to a store. */
export function describeFaults(subject: Subject, server: Server): void {
  const { kind } = subject
  beforeEach(({ skip }) => server.skipUnlessThere(skip))

  const filled = async (workspace: string) => {
    const store = await server.open({ workspace })
    await store.upsertDocs([document('a', 'v1'), document('b', 'v1')])
    await store.refresh()
    return store
  }

  describe(`faults: ${kind}`, () => {
    it('a server that is not there: ENGINE_UNAVAILABLE with the way out, once the budget is spent', async () => {
      const opening = server.open({ workspace: server.folder(), urls: 'http://127.0.0.1:9', budgetMs: 300 })
      await expect(opening).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE', hint: 'start it' })
    })

    it('a server that does not answer: ENGINE_UNAVAILABLE, not asked again; and goes on when it answers', async () => {
      const workspace = server.folder()
      await (await filled(workspace)).close()
      const store = await server.open({ workspace, timeoutMs: 2000 })
      const [node] = server.cluster().nodes
      node!.freeze(true)
      try {
        const started = performance.now()
        await expect(store.vectorSearch(query, 2)).rejects.toMatchObject({ code: 'ENGINE_UNAVAILABLE' })
        expect(performance.now() - started).toBeLessThan(30_000)
      } finally {
        node!.freeze(false)
      }
      await expect.poll(() => store.chunkCount(), { timeout: 30_000 }).toBe(4)
    })

    it('an index that is gone: INDEX_MISSING for reads and writes, and no other index in its place', async () => {
      const workspace = server.folder()
      const store = await filled(workspace)
      const name = nameIn(workspace, subject)
      const wire = await server.wire()
      await wire.send({ method: 'DELETE', path: `/${name}-1` })
      const missing = { code: 'INDEX_MISSING' }
      await expect(store.vectorSearch(query, 2)).rejects.toMatchObject(missing)
      await expect((async () => store.upsertDocs([document('c', 'v1')]))()).rejects.toMatchObject(missing)
      expect((await wire.send({ method: 'HEAD', path: `/${name}`, allow: [404] })).status).toBe(404)
      await expect(server.open({ workspace })).rejects.toMatchObject(missing)
      await wire.close()
    })

    it('an index of somebody else under its name: INDEX_MISMATCH', async () => {
      const workspace = server.folder()
      await (await filled(workspace)).close()
      const name = nameIn(workspace, subject)
      const wire = await server.wire()
      await wire.send({ method: 'DELETE', path: `/${name}-1` })
      await wire.send({ method: 'PUT', path: `/${name}` })
      await expect(server.open({ workspace })).rejects.toMatchObject({ code: 'INDEX_MISMATCH' })
      await wire.send({ method: 'DELETE', path: `/${name}` })
      await wire.close()
    })

    it('a busy server refuses some of many searches (a real 429), and none of those of the store (S4-21)', async () => {
      const workspace = server.folder()
      const store = await filled(workspace)
      const wire = await server.wire(30_000)
      const name = nameIn(workspace, subject)
      // searches that a server starts at once itself: more than its queue is long, however quick it is
      const together = 60
      const lines = Array.from({ length: together }, () => [{ index: name }, { query: { match_all: {} } }]).flat()
      const flood = Array.from({ length: 20 }, () =>
        wire.send({ method: 'POST', path: '/_msearch', query: { max_concurrent_searches: together }, lines }),
      )
      const own = Array.from({ length: 100 }, (_, i) =>
        i % 2 ? store.vectorSearch(query, 2) : store.searchBoth!(query, 'part0 v1', 2),
      )
      const found = await Promise.all(own)
      const parts: { status: number }[] = (await Promise.all(flood)).flatMap(({ body }) => body.responses)
      const lists = found.flatMap((each) => ('near' in each ? [each.near, each.worded] : [each]))
      expect(lists.map(({ chunkIds }) => chunkIds.length)).toEqual(lists.map(() => 2))
      expect(new Set(parts.map(({ status }) => status))).toEqual(new Set([200, 429]))
      await wire.close()
    })

    it('both lists of a question are one request; a part that is refused is asked again alone, and an index that is gone is told', async () => {
      const workspace = server.folder()
      await (await filled(workspace)).close()
      const inner = await server.wire()
      const asked: string[] = []
      let refusedPart: number | undefined
      const send: typeof inner.send = async (request) => {
        asked.push(request.path.split('/').at(-1)!)
        const answer = await inner.send(request)
        if (refusedPart !== undefined && request.path === '/_msearch')
          answer.body.responses[refusedPart] = { status: 429, error: { type: 'es_rejected_execution_exception' } }
        return answer
      }
      const store = await server.open({ workspace, wire: { ...inner, send } })
      const both = () => {
        asked.length = 0
        return Promise.resolve(store.searchBoth!(query, 'part0 v1', 2))
      }
      const whole = await both()
      expect(asked).toEqual(['_msearch'])
      for (const part of [0, 1]) {
        refusedPart = part
        expect(await both()).toEqual(whole)
        expect(asked).toEqual(['_msearch', '_search'])
      }
      refusedPart = undefined
      await inner.send({ method: 'DELETE', path: `/${nameIn(workspace, subject)}-1` })
      await expect(both()).rejects.toMatchObject({ code: 'INDEX_MISSING' })
    })

    it('a writer that ends at any request leaves each document whole', async () => {
      const workspace = server.folder()
      await (await filled(workspace)).close()
      for (let requests = 0, ended = true; ended; requests++) {
        const inner = await server.wire()
        let left = Number.POSITIVE_INFINITY
        const send: typeof inner.send = (request) => {
          if (left-- <= 0) throw new Error('the writer is gone')
          return inner.send(request)
        }
        const writer = await server.open({ workspace, wire: { ...inner, send } })
        left = requests
        const version = `v${requests + 2}`
        ended = await Promise.resolve(writer.upsertDocs([document('a', version), document('n', version)])).then(
          () => false,
          () => true,
        )
        left = Number.POSITIVE_INFINITY
        await writer.close()

        const after = await server.open({ workspace })
        await after.refresh()
        const texts = (await after.hydrate((await after.exactSearch(query, 100)).chunkIds))
          .map(({ text }) => text)
          .sort()
        const expected: string[] = []
        for (const id of await after.docIds()) {
          const hash = (await after.docHash(id))!
          expected.push(...document(id, hash).chunks.map(({ text }) => text))
        }
        expect(texts, `after ${requests} requests`).toEqual(expected.sort())
        if (!ended) expect(await after.docHash('a')).toBe(version)
        await after.close()
        expect(requests).toBeLessThan(20)
      }
    })

    it('restarted in the middle of searches: no error reaches the caller', async () => {
      const store = await filled(server.folder())
      const [node] = server.cluster().nodes
      let searching = true
      let searches = 0
      const search = async () => {
        while (searching) {
          expect((await store.vectorSearch(query, 2)).chunkIds).toHaveLength(2)
          searches++
        }
      }
      const all = Promise.all([search(), search(), search()])
      await setTimeout(300)
      const before = searches
      await node!.end('SIGKILL')
      await node!.start()
      await server.cluster().ready()
      await expect.poll(() => searches, { timeout: 60_000 }).toBeGreaterThan(before + 10)
      searching = false
      await all
    })
  })

  describe(`workspaces: ${kind}`, () => {
    it('a copy of a folder reads the same index; its first write makes it one of its own', async () => {
      const { cpSync, rmSync } = await import('node:fs')
      const original = server.folder()
      const store = await filled(original)
      const copy = server.folder()
      cpSync(original, copy, { recursive: true })
      const copied = await server.open({ workspace: copy })
      expect(await copied.docIds()).toEqual(['a', 'b'])
      expect(nameIn(copy, subject)).toBe(nameIn(original, subject))
      await copied.upsertDocs([document('c', 'v1')])
      await copied.refresh()
      expect(await copied.docIds()).toEqual(['a', 'b', 'c'])
      expect((await copied.vectorSearch(query, 10)).chunkIds).toHaveLength(6)
      await store.refresh()
      expect(await store.docIds()).toEqual(['a', 'b'])
      // with the folder goes the index, at the next time that one is made
      const name = nameIn(copy, subject)
      await copied.close()
      rmSync(copy, { recursive: true })
      await server.open({ workspace: server.folder() })
      const wire = await server.wire()
      expect((await wire.send({ method: 'HEAD', path: `/${name}`, allow: [404] })).status).toBe(404)
      expect((await wire.send({ method: 'HEAD', path: `/${nameIn(original, subject)}` })).status).toBe(200)
      await wire.close()
    })

    it('the slow log tells which searches were slow, and running them again what took the time (S4-3)', async () => {
      const workspace = server.folder()
      const store = await filled(workspace)
      const wire = await server.wire()
      const name = nameIn(workspace, subject)
      const every = { 'index.search.slowlog.threshold.query.info': '0ms' }
      await wire.send({ method: 'PUT', path: `/${name}/_settings`, body: every })
      await store.lexicalSearch('part0 of v1', 3)
      await store.lexicalSearch('part1', 3)
      await store.vectorSearch(query, 2)
      const log = () => readFileSync(server.cluster().nodes[0]!.slowLog, 'utf8')
      await expect.poll(() => slowSearches(log()).filter(({ index }) => index === `${name}-1`).length).toBe(2)
      const kinds = slowSearches(log()).filter(({ index }) => index === `${name}-1`)
      expect(kinds.map(({ count }) => count).sort()).toEqual([1, 2])
      const lines = await explainSlow(wire.send, log(), 50)
      expect(
        lines.some((line) => line.includes(`${name}-1`) && / ms: .*Query/.test(line)),
        lines.join('\n'),
      ).toBe(true)
      expect((await store.advice!()).some((line) => line.includes('slow searches are not logged'))).toBe(false)
      await wire.close()
    })
  })
}
