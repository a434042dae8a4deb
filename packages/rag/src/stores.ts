import { type Config, type KnobKey, knobs, PipelineError, type Store, type StoreProvider } from '@tenfold/contracts'
import { manifest } from '@tenfold/models'

type StoreName = Config['rag.store']

/** Where each store comes from; loaded when it is chosen, so that nobody pays for the others. */
const packages: Partial<Record<StoreName, () => Promise<{ default: StoreProvider }>>> = {
  sqlite: () => import('@tenfold/store-sqlite'),
  postgres: () => import('@tenfold/store-postgres'),
  opensearch: () => import('@tenfold/store-opensearch'),
  elasticsearch: () => import('@tenfold/store-elasticsearch'),
  qdrant: () => import('@tenfold/store-qdrant'),
  meilisearch: () => import('@tenfold/store-meilisearch'),
  redis: () => import('@tenfold/store-redis'),
}

/** Where an index is, or will be. */
export interface IndexPlace {
  workspace: string
  index?: string | undefined
  signal?: AbortSignal | undefined
}

/** Throws ENGINE_UNAVAILABLE for a store that is not there. */
export async function providerOf(config: Config): Promise<StoreProvider> {
  const name = config['rag.store']
  const load = packages[name]
  if (load) return (await load()).default
  const hint = `take one of ${Object.keys(packages).join(', ')}`
  throw new PipelineError('ENGINE_UNAVAILABLE', `there is no store ${name} here`, hint)
}

export async function openStore(config: Config, place: IndexPlace): Promise<Store> {
  const provider = await providerOf(config)
  return provider.open({ config, ...place, identity: identityOf(config) })
}

const encoderModel = manifest['all-MiniLM-L6-v2']

export const identityOf = (config: Config) => ({
  modelSha256: encoderModel.files['model.safetensors'].sha256,
  dims: 384,
  chunker: `${config['rag.chunkTokens']} tokens, overlap ${config['rag.chunkOverlapTokens']}`,
})

/** The store is opened anew when one of these changes. */
export const storeKeys = ({ keys }: StoreProvider): KnobKey[] => [
  'rag.store',
  'rag.chunkTokens',
  'rag.chunkOverlapTokens',
  ...keys,
]

/** All knobs but those that only other stores obey, and those of a reranker where there is none. */
export const knobsWith = ({ keys }: StoreProvider, reranks: boolean): typeof knobs =>
  Object.fromEntries(
    Object.entries(knobs).filter(([key]) => {
      if (key.startsWith('rag.rerank')) return reranks
      return !key.startsWith('db.') || keys.includes(key as KnobKey)
    }),
  ) as typeof knobs
