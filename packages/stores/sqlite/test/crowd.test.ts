import { join } from 'node:path'
import { expect, it } from 'vitest'
import { crowd } from '../bench/sqlite-parts/crowd.ts'
import { folder } from './fixture.ts'

it('S3-35: one writer, four readers, a checkpoint thread and copies: nobody is refused, nobody sees half a write', async () => {
  const found = await crowd(join(folder(), 'crowd.db'), { ms: 800, readers: 4, limitBytes: 2 ** 22, copyEveryMs: 200 })
  expect(found).toMatchObject({ torn: 0, busy: 0, failed: [] })
  expect(found.commits).toBeGreaterThan(2)
  expect(found.reads).toBeGreaterThan(2)
  expect(found.copies).toBeGreaterThan(0)
})
