import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfig } from '@tenfold/contracts'
import { storeBench, storeLaws } from '@tenfold/contracts/store-laws'
import { afterAll, describe, it } from 'vitest'
import provider from '../src/index.ts'

const isHere = process.env.TENFOLD_QDRANT_URL !== undefined
if (!isHere) console.log('not tested here: set TENFOLD_QDRANT_URL')

describe.skipIf(!isHere)('what every store keeps: Qdrant', () => {
  const root = mkdtempSync(join(tmpdir(), 'tenfold-qdrant-laws-'))
  const bench = storeBench({ provider, config: defaultConfig, folder: () => mkdtempSync(join(root, 'index-')) })
  afterAll(async () => {
    await bench.close()
    rmSync(root, { recursive: true })
  })
  for (const law of storeLaws) it.skipIf(!bench.applies(law))(law.name, () => bench.check(law), 180_000)
})
