import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { BertModel } from './bert.ts'
import { type Head, writeBertGraph } from './bert-graph.ts'
import { fusedDialect, int8Dialect } from './dialects.ts'
import type { GraphBuilder } from './graph-builder.ts'
import type { Vocabulary } from './graph-cache.ts'
import { encodeModel } from './onnx-proto.ts'
import { openSafetensors } from './safetensors.ts'
import { standardDialect } from './standard-dialect.ts'
import { unmaskedDialect } from './unmasked-dialect.ts'
import { createWeightsFile } from './weights-file.ts'

export interface WriteRequest {
  /** A model.safetensors. */
  safetensors: string
  shape: BertModel
  precision: 'fp32' | 'int8'
  vocabulary: Vocabulary
  /** `vectors` when absent. */
  head?: Head
  folder: string
  files: { graph: string; weights: string }
  /** Steps of an int8 weight on each side of zero. */
  levels: number
}

/** Writes the graph of a model and its weights into `folder`. */
export async function writeModel(request: WriteRequest): Promise<void> {
  const { safetensors, shape, precision, vocabulary, head = 'vectors', folder, files, levels } = request
  const speak = (graph: GraphBuilder) => {
    if (vocabulary === 'standard') return standardDialect(graph, shape)
    if (vocabulary === 'unmasked') return unmaskedDialect(graph, shape, precision === 'int8' ? levels : undefined)
    return precision === 'int8' ? int8Dialect(graph, shape, levels) : fusedDialect(graph, shape)
  }
  const source = await openSafetensors(safetensors)
  const target = await createWeightsFile(join(folder, files.weights))
  try {
    const graph = await writeBertGraph(source, target, { shape, head, speak })
    await writeFile(join(folder, files.graph), encodeModel(graph, files.weights), { flush: true })
  } finally {
    await source.close()
    await target.close()
  }
}
