import { availableParallelism } from 'node:os'
import { type CacheOptions, type Caches, openCaches } from '@tenfold/cache-manager'
import type { Config, KnobKey, Store } from '@tenfold/contracts'
import { type Encoder, openEncoder } from '@tenfold/encoder'
import { type Generator, openGenerator } from '@tenfold/inference'
import { privateBytes } from '@tenfold/measure'
import { ensureModel, manifest } from '@tenfold/models'
import type { StaticEncoder } from '@tenfold/static-encoder'
import type { Keeper } from './keeper.ts'
import type { NamedReranker } from './reranker.ts'
import { type Slot, slot } from './slot.ts'

/** What the system is made of. Each part knows only its own keys of the configuration. */
export interface Parts {
  encoder: Slot<Encoder>
  /** Opened only while the store is in its first state. */
  first: Slot<StaticEncoder>
  generator: Slot<Generator>
  store: Store
  /** Where the owner has named one. */
  reranker: NamedReranker | undefined
  caches: Caches
  /** Private bytes gained by opening a part: what the part holds outside the heap. */
  openedBytes: Record<string, number>
}

/** The keys a part is built from: when one changes, the part is built anew. Those of the store are its provider's. */
export const keysOf = {
  encoder: [
    'memory.arena',
    'memory.weights',
    'memory.batchCeiling',
    'speed.precision',
    'speed.encoderGraph',
    'speed.encoderThreads',
    'speed.encoderWorkers',
    'speed.queryWorker',
    'speed.batchTokens',
    'metal.encoderDevice',
  ],
  generator: [
    'memory.contextTokens',
    'speed.prefixReuse',
    'speed.generatorThreads',
    'speed.generatorBatch',
    'metal.generatorDevice',
  ],
  // what was found with other settings of the search must not be served
  caches: [
    'rag.candidates',
    'rag.rrfK',
    'rag.fusion',
    'rag.fusionWeight',
    'rag.rerankDepth',
    'cache.queryEntries',
    'cache.embeddingEntries',
    'cache.retrievalEntries',
    'cache.generationEntries',
    'cache.maxMib',
    'cache.ttlSeconds',
  ],
} as const satisfies Record<string, readonly KnobKey[]>

const encoderModel = manifest['all-MiniLM-L6-v2']
const generatorModel = manifest['SmolLM2-135M-Instruct-Q4_1']
const [generatorFile] = Object.keys(generatorModel.files) as [keyof typeof generatorModel.files]

export const models: Record<string, string> = {
  [encoderModel.name]: encoderModel.files['model.safetensors'].sha256,
  [generatorModel.name]: generatorModel.files[generatorFile].sha256,
}

export function buildEncoder(
  config: Config,
  opened: Parts['openedBytes'],
  keeper: Keeper,
  shared: boolean,
): Slot<Encoder> {
  const openIt = () =>
    openEncoder({
      precision: config['speed.precision'],
      graph: config['speed.encoderGraph'],
      threads: config['speed.encoderThreads'],
      workers: config['speed.encoderWorkers'],
      queryWorker: config['speed.queryWorker'],
      arena: config['memory.arena'],
      weights: config['memory.weights'],
      device: config['metal.encoderDevice'],
      batch: {
        // asked at each call: it is lower while memory is short
        get maxTexts() {
          return keeper.batchTexts(config)
        },
        tokenBudget: config['speed.batchTokens'],
      },
      shared,
    })
  delete opened.encoder // what it weighed with other settings
  return slot(() => weighed('encoder', opened, openIt), keeper.watch('encoder'))
}

export const buildFirst = (opened: Parts['openedBytes']): Slot<StaticEncoder> =>
  slot(async () => {
    const { openStaticEncoder } = await import('@tenfold/static-encoder')
    return weighed('staticEncoder', opened, () => openStaticEncoder())
  })

export function buildGenerator(config: Config, opened: Parts['openedBytes'], keeper: Keeper): Slot<Generator> {
  delete opened.generator
  return slot(async () => {
    const { files, sha256 } = await ensureModel(generatorModel.name)
    return weighed('generator', opened, () =>
      openGenerator({
        modelPath: files[generatorFile]!,
        modelSha256: sha256[generatorFile]!,
        device: config['metal.generatorDevice'],
        // left to itself the library takes four threads at least, which on two busy cores decoded 0.3 tokens/s against 39 with one thread
        threads: config['speed.generatorThreads'] || availableParallelism(),
        batchTokens: config['speed.generatorBatch'],
        contextTokens: config['memory.contextTokens'],
        prefixReuse: config['speed.prefixReuse'],
      }),
    )
  }, keeper.watch('generator'))
}

function cacheOptions(config: Config): CacheOptions {
  return {
    entries: {
      query: config['cache.queryEntries'],
      embedding: config['cache.embeddingEntries'],
      retrieval: config['cache.retrievalEntries'],
      generation: config['cache.generationEntries'],
    },
    maxBytes: config['cache.maxMib'] * 2 ** 20,
    ttlMs: config['cache.ttlSeconds'] * 1000,
  }
}

export const buildCaches = (config: Config): Caches => openCaches(cacheOptions(config))

async function weighed<Part>(name: string, opened: Parts['openedBytes'], open: () => Promise<Part>): Promise<Part> {
  const before = privateBytes()
  const part = await open()
  // the most seen: what others free meanwhile hides it, and a part that weighs nothing would never be unloaded
  opened[name] = Math.max(1, opened[name] ?? 0, privateBytes() - before)
  return part
}
