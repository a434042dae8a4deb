import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Config, defaultConfig, type Store, type StoreProvider } from '@tenfold/contracts'
import { afterAll, beforeAll } from 'vitest'
import { NotTestedHere, type ServerKind } from '../../../../scripts/servers/artifacts.ts'
import { type Cluster, startCluster } from '../../../../scripts/servers/cluster.ts'
import { type Dialect, openSearchStore, type Wire } from '../src/index.ts'

/** A store package, as its tests see it. */
export interface Subject {
  kind: ServerKind
  provider: StoreProvider
  dialect: Dialect
  connect(urls: string, requestTimeoutMs: number): Promise<Wire>
  /** As of the bench of laws. */
  leastRecall?: number
}

export interface Opening {
  workspace: string
  urls?: string
  wire?: Wire
  change?: Partial<Config>
  timeoutMs?: number
  budgetMs?: number
}

export const dims = 4
export const identity = { modelSha256: 'a'.repeat(64), dims, chunker: 'tests' }

/** A server for a whole file of tests; where there is no Maven or JDK, `skipUnlessThere` says so. */
export function serverFor({ kind, dialect, connect }: Subject, nodes = 1, settings: Record<string, string> = {}) {
  const root = mkdtempSync(join(tmpdir(), `tenfold-${kind}-`))
  const opened: Store[] = []
  let cluster: Cluster | undefined
  beforeAll(async () => {
    try {
      cluster = await startCluster(kind, nodes, settings)
      process.env[`TENFOLD_${kind.toUpperCase()}_URL`] = cluster.urls.join()
    } catch (error) {
      if (!(error instanceof NotTestedHere)) throw error
      console.warn(error.message)
    }
  })
  afterAll(async () => {
    for (const store of opened) await store.close()
    await cluster?.stop()
    rmSync(root, { recursive: true })
  })
  const urls = () => cluster!.urls.join()
  return {
    cluster: () => cluster!,
    folder: () => mkdtempSync(join(root, 'index-')),
    skipUnlessThere(skip: (why: string) => void) {
      if (!cluster) skip('not tested here')
    },
    wire: (timeoutMs = 30_000) => connect(urls(), timeoutMs),
    async open({ workspace, change, timeoutMs = 30_000, budgetMs = 60_000, ...given }: Opening): Promise<Store> {
      const wire = given.wire ?? (await connect(given.urls ?? urls(), timeoutMs))
      const config = { ...defaultConfig, ...change }
      const store = await openSearchStore({ dialect, wire, wayOut: 'start it', budgetMs, config, workspace, identity })
      opened.push(store)
      return store
    },
  }
}

export type Server = ReturnType<typeof serverFor>

const axis = (at: number) => Float32Array.from({ length: dims }, (_, i) => (i === at % dims ? 1 : 0))
export const query = axis(0)

/** A document of two chunks. */
export const document = (id: string, version: string) => ({
  doc: { id, title: `title ${version}`, collection: 'tests', hash: version },
  chunks: [0, 1].map((part) => ({
    text: `${id} ${version} part${part}`,
    hash: `${version} ${part}`,
    vector: axis(part),
  })),
})
