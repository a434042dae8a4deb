import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { defaultConfig, type StoreProvider } from '@tenfold/contracts'
import { storeBench, storeLaws } from '@tenfold/contracts/store-laws'
import { afterAll, beforeAll, describe, it } from 'vitest'
import { NotTestedHere, type ServerKind } from '../../../../scripts/servers/artifacts.ts'
import { type Cluster, startCluster } from '../../../../scripts/servers/cluster.ts'

/** A cluster for a whole file of tests; undefined, and said so, where there is no Maven or JDK. */
export function withCluster(kind: ServerKind, nodes = 1, settings: Record<string, string> = {}) {
  let cluster: Cluster | undefined
  beforeAll(async () => {
    try {
      cluster = await startCluster(kind, nodes, settings)
    } catch (error) {
      if (!(error instanceof NotTestedHere)) throw error
      console.warn(error.message)
    }
  })
  afterAll(() => cluster?.stop())
  return () => cluster
}

export function describeLaws(kind: ServerKind, provider: StoreProvider, variable: string): void {
  const root = mkdtempSync(join(tmpdir(), `tenfold-${kind}-laws-`))
  const cluster = withCluster(kind)
  const bench = storeBench({ provider, config: defaultConfig, folder: () => mkdtempSync(join(root, 'index-')) })
  beforeAll(() => {
    if (cluster()) process.env[variable] = cluster()!.urls.join()
  })
  afterAll(async () => {
    await bench.close()
    rmSync(root, { recursive: true })
  })
  describe(`what every store keeps: ${kind} (S4-13, S4-14, S4-19, S4-22)`, () => {
    for (const law of storeLaws)
      it.skipIf(!bench.applies(law))(law.name, async ({ skip }) => {
        if (!cluster()) skip('not tested here')
        await bench.check(law)
      })
  })
}
