import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseConfig } from '@tenfold/contracts'
import { storeBench, storeLaws } from '@tenfold/contracts/store-laws'
import { afterAll, describe, it } from 'vitest'
import sqlite from '../src/index.ts'

const root = mkdtempSync(join(tmpdir(), 'tenfold-store-'))
afterAll(() => rmSync(root, { recursive: true }))

describe.each([
  ['by scans', parseConfig({})],
  ['by a graph', parseConfig({ 'db.vectors': 'graph' })],
])('what every store keeps, vectors found %s', (_, config) => {
  const bench = storeBench({ provider: sqlite, config, folder: () => mkdtempSync(join(root, 'index-')) })
  afterAll(() => bench.close())
  for (const law of storeLaws) it.skipIf(!bench.applies(law))(law.name, () => bench.check(law))
})
