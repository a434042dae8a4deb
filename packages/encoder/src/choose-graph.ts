import { join } from 'node:path'
import { PipelineError } from '@tenfold/contracts'
import { type EnsureOptions, modelCacheDir } from '@tenfold/models'
import type { EncoderInfo, EncoderOptions } from './encoder.ts'
import { ensureGraph, type Vocabulary } from './graph-cache.ts'
import type { ModelSource } from './model-source.ts'
import { refusalOf } from './session.ts'

type Choice = Pick<EncoderInfo, 'graph' | 'precision' | 'device' | 'refusal'>

/** The graph for the wanted device if it takes one by itself, else the one for the CPU. */
export async function chooseGraph(
  { precision, graph: wanted = 'fused', weights, device, threads, arena }: EncoderOptions,
  spin: boolean,
  source: ModelSource,
  fetching: EnsureOptions,
): Promise<{ graph: string; choice: Choice }> {
  const exported = 'onnx' in source.file
  if (exported && precision === 'int8') {
    const hint = 'set speed.precision to fp32, or give the folder with its model.safetensors'
    throw new PipelineError('CONFIG_OUT_OF_RANGE', 'a .onnx file runs as it was exported, it cannot be made int8', hint)
  }
  const prepare = (vocabulary: Vocabulary, as: Pick<EncoderOptions, 'precision' | 'weights'>) =>
    ensureGraph({ ...as, source, vocabulary, cache: join(modelCacheDir(fetching.env), 'graphs') })
  const choiceOf = (graph: Vocabulary, as: 'fp32' | 'int8'): Pick<Choice, 'graph' | 'precision'> =>
    exported ? { graph: 'exported', precision: 'fp32' } : { graph, precision: as }

  let refusal: string | undefined
  if (device !== 'cpu') {
    const graph = await prepare('standard', { precision: 'fp32', weights: 'copy' })
    refusal = await refusalOf({ graph, threads, arena, spin, device, pooling: source.usage.pooling })
    if (refusal === undefined) return { graph, choice: { ...choiceOf('standard', 'fp32'), device } }
  }
  const graph = await prepare(wanted, { precision, weights })
  return {
    graph,
    choice: { ...choiceOf(wanted, precision), device: 'cpu', ...(refusal !== undefined && { refusal }) },
  }
}
