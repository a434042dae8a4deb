import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { resolve } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { messageOf, PipelineError } from '@tenfold/contracts'
import type { Llama, LlamaModel } from 'node-llama-cpp'
import { openLlama } from './llama.ts'
import type { GeneratorDevice } from './types.ts'

/** Weights in memory, used by every generator of this process that names the same file and device. */
interface Loaded {
  llama: Llama
  model: LlamaModel
}

export interface ModelLease extends Loaded {
  release(): Promise<void>
}

const shared = new Map<string, { users: number; loading: Promise<Loaded> }>()

/** Throws MODEL_UNAVAILABLE, MODEL_HASH_MISMATCH or ENGINE_UNAVAILABLE. */
export async function leaseModel(path: string, sha256: string, device: GeneratorDevice): Promise<ModelLease> {
  const key = JSON.stringify([resolve(path), sha256, device])
  const entry = shared.get(key) ?? { users: 0, loading: load(path, sha256, device) }
  entry.users++
  shared.set(key, entry)

  let released = false
  const release = async () => {
    if (released) return
    released = true
    if (--entry.users > 0) return
    shared.delete(key)
    const loaded = await entry.loading.catch(() => undefined)
    await loaded?.model.dispose()
    await loaded?.llama.dispose()
  }
  try {
    return { ...(await entry.loading), release }
  } catch (error) {
    await release()
    throw error
  }
}

async function load(path: string, sha256: string, device: GeneratorDevice): Promise<Loaded> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(path, { highWaterMark: 1 << 20 }), hash).catch((error) => {
    const hint = 'fetch the model again, or name the folder that has it in TENFOLD_MODELS'
    throw new PipelineError('MODEL_UNAVAILABLE', `${path} cannot be read: ${messageOf(error)}`, hint, { cause: error })
  })
  const actual = hash.digest('hex')
  if (actual !== sha256) {
    const hint = 'delete the file and fetch it again'
    throw new PipelineError('MODEL_HASH_MISMATCH', `${path} has SHA-256 ${actual}, not ${sha256}`, hint)
  }
  const llama = await openLlama(device, false)
  try {
    const model = await llama.loadModel({ modelPath: path })
    if (device === 'cpu' || model.gpuLayers > 0) return { llama, model }
    const hint = 'free memory of the device, or set metal.generatorDevice to cpu'
    throw new PipelineError('ENGINE_UNAVAILABLE', `${device} was asked for: it took none of the layers`, hint)
  } catch (error) {
    await llama.dispose()
    if (error instanceof PipelineError) throw error
    const hint = 'free memory, or fetch the model again'
    throw new PipelineError('ENGINE_UNAVAILABLE', `llama.cpp does not load ${path}: ${messageOf(error)}`, hint, {
      cause: error,
    })
  }
}
