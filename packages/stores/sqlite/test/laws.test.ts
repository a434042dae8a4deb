import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfig } from '@tenfold/contracts'
import { storeBench, storeLaws } from '@tenfold/contracts/store-laws'
import { afterAll, describe, it } from 'vitest'
import sqlite from '../src/index.ts'

const root = mkdtempSync(join(tmpdir(), 'tenfold-store-'))
const bench = storeBench({ provider: sqlite, config: defaultConfig, folder: () => mkdtempSync(join(root, 'index-')) })
afterAll(async () => {
  await bench.close()
  rmSync(root, { recursive: true })
})

describe('what every store keeps', () => {
  for (const law of storeLaws) it.skipIf(!bench.applies(law))(law.name, () => bench.check(law))
})
