import { messageOf, PipelineError } from '@tenfold/contracts'
import type { Llama } from 'node-llama-cpp'
import { type GeneratorDevice, generatorDevices } from './types.ts'

/** What the installed llama.cpp binaries say about a device. Nothing is downloaded, compiled or loaded to find out. */
export interface DeviceReport {
  device: GeneratorDevice
  /** A binary for the device exists and starts; whether it computes well is for a trial run to say. */
  present: boolean
  reason: string
}

async function importLlama(): Promise<typeof import('node-llama-cpp')> {
  try {
    return await import('node-llama-cpp')
  } catch (error) {
    const hint = 'install it: pnpm add node-llama-cpp'
    throw new PipelineError('ENGINE_UNAVAILABLE', `node-llama-cpp does not load: ${messageOf(error)}`, hint, {
      cause: error,
    })
  }
}

/**
 * A llama.cpp instance that really runs on `device`. The library answers a device it does not have with another one
 * (asking for metal on Linux gives the CPU), so what came back is compared. Throws ENGINE_UNAVAILABLE.
 */
export async function openLlama(device: GeneratorDevice, dryRun: boolean): Promise<Llama> {
  const { getLlama, LlamaLogLevel } = await importLlama()
  const gpu = device === 'cpu' ? false : device
  const llama = await getLlama({
    gpu,
    dryRun,
    build: 'never',
    skipDownload: true,
    progressLogs: false,
    logLevel: LlamaLogLevel.disabled,
    logger: () => {},
  }).catch((error) => {
    throw unavailable(device, `no binary for it is installed or starts here (${messageOf(error)})`, error)
  })
  if (llama.gpu === gpu) return llama
  const actual = llama.gpu || 'cpu'
  await llama.dispose()
  throw unavailable(device, `llama.cpp would run on ${actual}`)
}

export async function listGeneratorDevices(): Promise<DeviceReport[]> {
  const reports: DeviceReport[] = []
  for (const device of generatorDevices) {
    const found = await openLlama(device, true).then(
      () => ({ present: true, reason: 'a binary is installed and starts' }),
      (error) => ({ present: false, reason: messageOf(error) }),
    )
    reports.push({ device, ...found })
  }
  return reports
}

function unavailable(device: GeneratorDevice, found: string, cause?: unknown): PipelineError {
  const hint =
    device === 'cpu'
      ? 'pnpm add node-llama-cpp brings CPU binaries for this platform'
      : `set metal.generatorDevice to cpu, or install the ${device} binaries of node-llama-cpp`
  return new PipelineError('ENGINE_UNAVAILABLE', `generator device ${device} was asked for: ${found}`, hint, { cause })
}
