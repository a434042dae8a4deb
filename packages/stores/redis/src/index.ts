import type { StoreProvider } from '@tenfold/contracts'
import { openLink } from './link.ts'
import { openStore } from './store.ts'

const provider: StoreProvider = {
  name: 'redis',
  keys: [
    'db.redisVectors',
    'db.redisQuantisation',
    'db.redisEf',
    'db.redisWords',
    'db.redisPoolSize',
    'db.redisPipeline',
    'db.vectors',
    'db.rescore',
    'db.ftsMaxDocShare',
  ],
  abilities: { metadataFilters: true, wholeReads: true },
  async open(options) {
    const { config, signal } = options
    const link = await openLink({
      url: process.env.TENFOLD_REDIS_URL ?? 'redis://127.0.0.1:6379',
      poolSize: config['db.redisPoolSize'],
      pipeline: config['db.redisPipeline'],
      signal,
    })
    try {
      return await openStore(link, options)
    } catch (error) {
      await link.close()
      throw error
    }
  },
}

export default provider
