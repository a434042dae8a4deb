import type { Config, Patch } from '@tenfold/contracts'
import type { Parts } from './parts.ts'

/** What the runtimes say they use. Settings no runtime can be asked about are left out rather than echoed. */
export async function readBack({ encoder, generator, store }: Parts, config: Config): Promise<Patch> {
  const encoding = encoder.current()?.info()
  const generating = generator.current()?.info()
  return {
    ...(encoding && {
      'speed.precision': encoding.precision,
      // another device has operators of its own
      ...((encoding.graph === 'fused' || encoding.graph === 'unmasked') && { 'speed.encoderGraph': encoding.graph }),
      'speed.encoderThreads': encoding.threads,
      'speed.encoderWorkers': encoding.workers,
      'metal.encoderDevice': encoding.device,
    }),
    ...(generating && {
      'metal.generatorDevice': generating.device,
      'memory.contextTokens': generating.contextTokens,
      // 0 leaves the number to the library, which then tells its own
      'speed.generatorThreads': config['speed.generatorThreads'] === 0 ? 0 : generating.threads,
    }),
    ...(await store.readBack()),
  }
}
