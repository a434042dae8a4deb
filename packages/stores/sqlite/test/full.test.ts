import { join } from 'node:path'
import type Database from 'better-sqlite3'
import { expect, it, vi } from 'vitest'
import { openStore } from '../src/index.ts'
import { chunk, doc, folder, options } from './fixture.ts'

let connection: Database.Database
vi.mock('../src/connection.ts', async (load) => {
  const real = await load<typeof import('../src/connection.ts')>()
  return {
    ...real,
    openConnection(...given: Parameters<typeof real.openConnection>) {
      const opened = real.openConnection(...given)
      connection = opened.db
      return opened
    },
  }
})

it('a full disk is STORE_FULL with the way out, keeps what was committed, and passes when there is room again', () => {
  const path = join(folder(), 'index.db')
  const store = openStore(options(path))
  const write = (n: number) =>
    store.upsertDocs(
      [n, n + 1].map((i) => ({ doc: doc(`d${i}`), chunks: [chunk(`piece ${i} ${'filler '.repeat(900)}`)] })),
    )
  write(0)
  const pages = connection.pragma('page_count', { simple: true }) as number
  connection.pragma(`max_page_count = ${pages + 20}`)
  let stored = 2
  const fill = () => {
    for (; stored < 100; stored += 2) write(stored)
  }
  expect(fill).toThrow(
    expect.objectContaining({
      code: 'STORE_FULL',
      exitCode: 3,
      message: expect.stringContaining(path),
      hint: expect.stringContaining('free some space'),
    }),
  )
  expect(stored).toBeGreaterThan(2)
  expect(store.docIds()).toHaveLength(stored)
  expect(store.lexicalSearch('piece', 500).chunkIds).toHaveLength(stored)
  connection.pragma('max_page_count = 100000')
  fill()
  expect(store.docIds()).toHaveLength(100)
  expect(connection.pragma('integrity_check', { simple: true })).toBe('ok')
  store.close()
})
