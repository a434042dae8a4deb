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
  const int8 = (graph: GraphBuilder) => int8Dialect(graph, shape, levels)
  const speak = vocabulary === 'standard' ? standardDialect : precision === 'int8' ? int8 : fusedDialect
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
