import { messageOf, PipelineError } from '@tenfold/contracts'
import { InferenceSession, listSupportedBackends, Tensor } from 'onnxruntime-node'
import type { Batch } from './batches.ts'
import type { Pooling } from './bert.ts'
import { isExported, runExported } from './exported-graph.ts'

export type Device = 'cpu' | 'coreml' | 'webgpu' | 'cuda' | 'dml'

export interface SessionOptions {
  /** A .onnx file. */
  graph: string
  /** 0 leaves the number to the runtime. */
  threads: number
  arena: boolean
  /** Threads without work wait busily: quicker alone, harmful beside other sessions. */
  spin: boolean
  device: Device
  /** For a graph that ends with the states of all tokens. */
  pooling: Pooling
}

export interface Session {
  /** False: it takes texts of one length only. */
  readonly masked: boolean
  /** [rows, dims], each of length 1. */
  run(batch: Batch): Promise<Float32Array>
  release(): Promise<void>
}

/** Throws ENGINE_UNAVAILABLE where the runtime cannot load the graph. */
export async function openSession({ graph, threads, arena, spin, device, pooling }: SessionOptions): Promise<Session> {
  const config: Record<string, string> = {}
  if (!spin) config['intra_op.allow_spinning'] = '0'
  if (device !== 'cpu') config.disable_cpu_ep_fallback = '1'
  const session = await InferenceSession.create(graph, {
    executionProviders: [device],
    ...(threads > 0 && { intraOpNumThreads: threads }),
    ...(!arena && { enableCpuMemArena: false, enableMemPattern: false }),
    ...(Object.keys(config).length > 0 && { extra: { session: config } }),
  }).catch((cause: unknown) => {
    const hint = 'the file may be cut short or no ONNX: export it again, or remove its folder where Tenfold made it'
    throw new PipelineError('ENGINE_UNAVAILABLE', `${graph} cannot be loaded: ${messageOf(cause)}`, hint, { cause })
  })
  return {
    masked: isExported(session) || session.inputNames.includes('mask'),
    run: isExported(session) ? runExported(session, graph, pooling) : runOwn(session),
    release: () => session.release(),
  }
}

const runOwn = (session: InferenceSession) => {
  const masked = session.inputNames.includes('mask')
  return async ({ ids, mask, rows, length }: Batch) => {
    const dims = [rows, length]
    const feeds: Record<string, Tensor> = { ids: new Tensor('int32', ids, dims) }
    if (masked) feeds.mask = new Tensor('int32', mask, dims)
    const output = await session.run(feeds)
    return output.vectors!.data as Float32Array
  }
}

/** Devices compiled into the installed ONNX Runtime. Listed does not mean usable: only a run on one tells. */
export const listEncoderDevices = (): string[] => listSupportedBackends().map(({ name }) => name)

/** Why `device` cannot run `graph` entirely by itself; undefined when it can. */
export async function refusalOf(options: SessionOptions): Promise<string | undefined> {
  try {
    const session = await openSession(options)
    const vectors = await session.run({ ids: Int32Array.of(101, 102), mask: Int32Array.of(1, 1), rows: 1, length: 2 })
    await session.release()
    return vectors.every(Number.isFinite) ? undefined : `${options.device} returned values that are no numbers`
  } catch (error) {
    return messageOf(error instanceof PipelineError ? error.cause : error)
  }
}
