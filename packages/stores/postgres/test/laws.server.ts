import { defaultConfig } from '@tenfold/contracts'
import { storeBench, storeLaws } from '@tenfold/contracts/store-laws'
import { afterAll, describe, it } from 'vitest'
import postgres from '../src/index.ts'
import { folder, startServer } from './server.ts'

const server = startServer()
const bench = storeBench({ provider: postgres, config: defaultConfig, folder })
// before the server goes: hooks run last first
afterAll(() => bench.close())

describe.skipIf(!server)('what every store keeps, by a real server', () => {
  for (const law of storeLaws) it.skipIf(!bench.applies(law))(law.name, () => bench.check(law))
})
