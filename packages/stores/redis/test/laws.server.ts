import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfig, type Patch } from '@tenfold/contracts'
import { storeBench, storeLaws } from '@tenfold/contracts/store-laws'
import { afterAll, beforeAll, describe, it } from 'vitest'
import provider from '../src/index.ts'
import { isHere, type Kind, type Server, startServer, stopServer } from './server.ts'

/** Redis 7 has neither vector sets nor RediSearch: there the keys that choose them change nothing. */
const cases: { kind: Kind; change: Patch }[] = [
  { kind: 8, change: {} },
  { kind: 8, change: { 'db.redisVectors': 'process', 'db.redisPipeline': false } },
  { kind: 8, change: { 'db.redisWords': 'search', 'db.redisPoolSize': 20 } },
  { kind: 7, change: { 'db.redisVectors': 'process' } },
]

for (const { kind, change } of cases) {
  describe.skipIf(!isHere(kind))(`what every store keeps: Redis ${kind} with ${JSON.stringify(change)}`, () => {
    const root = mkdtempSync(join(tmpdir(), 'tenfold-redis-laws-'))
    const absent = ['db.redisVectors', 'db.redisWords', 'db.redisQuantisation', 'db.redisEf']
    const keys = provider.keys.filter((key) => kind === 8 || !absent.includes(key))
    const bench = storeBench({
      provider: { ...provider, keys },
      config: { ...defaultConfig, ...change },
      folder: () => mkdtempSync(join(root, 'index-')),
    })
    let server: Server
    beforeAll(async () => {
      server = await startServer(kind)
      process.env.TENFOLD_REDIS_URL = server.url
    })
    afterAll(async () => {
      await bench.close()
      await stopServer(server)
      rmSync(root, { recursive: true })
    })
    for (const law of storeLaws) it.skipIf(!bench.applies(law))(law.name, () => bench.check(law), 180_000)
  })
}
