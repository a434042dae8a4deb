import { defaultConfig } from '@tenfold/contracts'
import { storeBench, storeLaws } from '@tenfold/contracts/store-laws'
import { afterAll, describe, it } from 'vitest'
import type { Server, Subject } from './server.ts'

export function describeLaws({ kind, provider, leastRecall }: Subject, server: Server): void {
  const bench = storeBench({
    provider,
    config: defaultConfig,
    folder: server.folder,
    ...(leastRecall && { leastRecall }),
  })
  afterAll(() => bench.close())
  describe(`what every store keeps: ${kind} (S4-14, S4-16, S4-19, S4-22)`, () => {
    for (const law of storeLaws)
      it.skipIf(!bench.applies(law))(law.name, async ({ skip }) => {
        server.skipUnlessThere(skip)
        await bench.check(law)
      })
  })
}
