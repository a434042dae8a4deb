import type { Config, Patch } from '../knobs.ts'
import type { Store, StoreAbilities, StoreIdentity, StoreProvider } from '../store.ts'
import { corpus, dims } from './corpus.ts'

/** What the laws are put to. */
export interface StoreBenchOptions {
  provider: StoreProvider
  config: Config
  /** A new empty folder at each call. */
  folder(): string | Promise<string>
  /** Of the nearest rows the store finds at its own settings at least this share; 0.9 if not said. */
  leastRecall?: number
}

export interface StoreBench extends StoreBenchOptions {
  /** False where the store does not claim the ability that the law speaks about. */
  applies(law: StoreLaw): boolean
  /** Throws when the store breaks the law. */
  check(law: StoreLaw): Promise<void>
  /** A store holding nothing, or `workspace` opened again; closed by `close`. */
  open(options?: { workspace?: string; change?: Patch; identity?: Partial<StoreIdentity> }): Promise<Store>
  /** A store with `corpus`, for laws that only read. */
  filled(): Promise<Store>
  close(): Promise<void>
}

export interface StoreLaw {
  name: string
  needs?: keyof StoreAbilities
  check(bench: StoreBench): Promise<void>
}

const identity: StoreIdentity = { modelSha256: 'a'.repeat(64), dims, chunker: 'laws' }

export function storeBench(options: StoreBenchOptions): StoreBench {
  const { provider, config, folder } = options
  const opened: Store[] = []
  let reading: Promise<Store> | undefined
  const bench: StoreBench = {
    ...options,
    applies: ({ needs }) => needs === undefined || provider.abilities[needs],
    check: ({ check }) => check(bench),
    async open({ workspace, change, identity: other } = {}) {
      const store = await provider.open({
        config: { ...config, ...change },
        workspace: workspace ?? (await folder()),
        identity: { ...identity, ...other },
      })
      opened.push(store)
      return store
    },
    filled() {
      reading ??= bench.open().then(async (store) => {
        await store.upsertDocs(withMetadata(corpus, provider))
        await store.refresh()
        return store
      })
      return reading
    },
    async close() {
      for (const store of opened.splice(0)) await store.close()
    },
  }
  return bench
}

/** Documents as this store takes them. */
export const withMetadata = (batch: typeof corpus, { abilities }: StoreProvider): typeof corpus =>
  abilities.metadataFilters ? batch : batch.map(({ doc: { metadata: _, ...doc }, chunks }) => ({ doc, chunks }))

export function hold(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what)
}

export const same = (actual: unknown, expected: unknown, what: string) =>
  hold(
    JSON.stringify(actual) === JSON.stringify(expected),
    `${what}: ${JSON.stringify(actual)} instead of ${JSON.stringify(expected)}`,
  )

/** The call fails with this code, at once or later. */
export async function refused(code: string, call: () => unknown): Promise<void> {
  try {
    await call()
  } catch (error) {
    hold((error as { code?: string }).code === code, `${error} instead of ${code}`)
    return
  }
  throw new Error(`no ${code}`)
}
