import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { writeBertGraph } from './bert-graph.ts'
import { fusedDialect, int8Dialect } from './dialects.ts'
import type { GraphRequest } from './graph-cache.ts'
import { encodeModel } from './onnx-proto.ts'
import { openSafetensors } from './safetensors.ts'
import { standardDialect } from './standard-dialect.ts'
import { createWeightsFile } from './weights-file.ts'

export interface WriteRequest extends Pick<GraphRequest, 'model' | 'precision' | 'vocabulary'> {
  folder: string
  files: { graph: string; weights: string }
  /** Steps of an int8 weight on each side of zero. */
  levels: number
}

/** Writes the graph of a model and its weights into `folder`. */
export async function writeModel({ model, folder, files, precision, vocabulary, levels }: WriteRequest): Promise<void> {
  const source = await openSafetensors(model)
  const target = await createWeightsFile(join(folder, files.weights))
  const int8 = (graph: Parameters<typeof fusedDialect>[0]) => int8Dialect(graph, levels)
  const dialect = vocabulary === 'standard' ? standardDialect : precision === 'int8' ? int8 : fusedDialect
  try {
    const graph = await writeBertGraph(source, target, dialect)
    await writeFile(join(folder, files.graph), encodeModel(graph, files.weights), { flush: true })
  } finally {
    await source.close()
    await target.close()
  }
}
