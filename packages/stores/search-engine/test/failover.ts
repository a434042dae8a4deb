import { beforeEach, describe, expect, it } from 'vitest'
import { document, query, type Server, type Subject } from './server.ts'

/** Three processes, one of them killed. */
export function describeFailover({ kind }: Subject, server: Server): void {
  beforeEach(({ skip }) => server.skipUnlessThere(skip))
  describe(`three nodes: ${kind} (S4-46)`, () => {
    it('the manager is killed during searches: no error reaches the caller', async () => {
      const store = await server.open({ workspace: server.folder(), change: { 'db.osShards': 3 } })
      await store.upsertDocs(Array.from({ length: 30 }, (_, i) => document(`d${i}`, 'v1')))
      await store.refresh()
      const cluster = server.cluster()
      await cluster.ready()
      const wire = await server.wire()
      const { body } = await wire.send({ method: 'GET', path: '/_cat/master', query: { format: 'json' } })
      const manager = cluster.nodes.find(({ name }) => name === body[0].node)!
      let searching = true
      let searches = 0
      const search = async () => {
        while (searching) {
          expect((await store.lexicalSearch('part0', 10)).chunkIds).toHaveLength(10)
          expect((await store.vectorSearch(query, 10)).chunkIds).toHaveLength(10)
          searches += 2
        }
      }
      const all = Promise.all([search(), search()])
      await expect.poll(() => searches, { timeout: 30_000 }).toBeGreaterThan(20)
      await manager.end('SIGKILL')
      const before = searches
      await expect.poll(() => searches, { timeout: 60_000 }).toBeGreaterThan(before + 50)
      searching = false
      await all
      await wire.close()
    })
  })
}
