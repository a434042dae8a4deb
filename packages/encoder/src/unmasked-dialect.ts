import type { BertModel } from './bert.ts'
import type { Dense, Dialect, Norm } from './bert-graph.ts'
import { dialectParts } from './dialect-parts.ts'
import type { GraphBuilder } from './graph-builder.ts'

/**
 * For batches of texts of one length: without a mask, MultiHeadAttention takes its blocked kernel, which never writes the scores of all
 * pairs (Dao et al. 2022). Layers are normalised by InstanceNormalization over rows, which ONNX Runtime 1.30 computes with vector
 * instructions on the CPU: 0.2 ms for 1,024 x 384 where its LayerNormalization takes 1.9. `levels` of int8; fp32 without.
 */
export function unmaskedDialect(graph: GraphBuilder, shape: BertModel, levels?: number): Dialect {
  const { hidden, heads, epsilon } = shape
  const { standard, fused, integers } = graph
  const { firstPositions, gatherWords, gatherSmallWords, bias, small } = dialectParts(graph, shape)

  /** Names for `normalize`: as many ones and zeros as there are tokens, and shapes. */
  const prepare = async () => {
    const sizes = standard('Shape', ['ids'])
    const tokens = standard('ReduceProd', [sizes], { ints: { keepdims: 1 } })
    const constant = async (name: string, value: number) => graph.weight(name, [1], [Float32Array.of(value)])
    standard('Expand', [await constant('one', 1), tokens], { as: 'ones' })
    standard('Expand', [await constant('zero', 0), tokens], { as: 'zeros' })
    standard('Concat', [sizes, integers('hidden', [hidden])], { ints: { axis: 0 }, as: 'shape' })
    integers('rows', [1, -1, hidden])
  }
  const normalize = (x: string, { gamma, beta }: Norm, as?: string) => {
    const rows = [standard('Reshape', [x, 'rows']), 'ones', 'zeros']
    const normal = standard('InstanceNormalization', rows, { floats: { epsilon } })
    const scaled = standard('Mul', [standard('Reshape', [normal, 'shape']), gamma])
    return standard('Add', [scaled, beta], as === undefined ? {} : { as })
  }
  const multiply = async (x: string, dense: Dense) => {
    if (levels === undefined) {
      const { name, matrix, rows, columns } = dense
      return standard('Add', [
        standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])]),
        await bias(dense),
      ])
    }
    const { values, scales, zeros } = await small(dense, levels)
    return fused('DynamicQuantizeMatMul', [x, values, scales, zeros, await bias(dense)])
  }
  /** x times each third of the matrix, no bias; int8 measures x once. */
  const thirds = async (x: string, { name, matrix, rows, columns }: Dense) => {
    const [scale, zero] = [`${name}.scale`, `${name}.zero`]
    const measured = levels === undefined ? '' : standard('DynamicQuantizeLinear', [x], { also: [scale, zero] })
    const width = columns / 3
    const products: string[] = []
    for (let third = 0; third < 3; third++) {
      const part = { name: `${name}.${third}`, matrix: columnsOf(matrix, columns, third * width, width), rows }
      if (levels === undefined) {
        const weight = await graph.weight(part.name, [rows, width], [part.matrix])
        products.push(standard('MatMul', [x, weight]))
      } else {
        const { values, scales, zeros } = await small({ ...part, columns: width }, levels)
        products.push(fused('MatMulIntegerToFloat', [measured, values, scale, scales, zero, zeros]))
      }
    }
    return products
  }

  return {
    masked: false,
    async embed(embeddings, norm) {
      await prepare()
      const words = await (levels === undefined ? gatherWords : gatherSmallWords)(embeddings)
      return normalize(standard('Add', [words, await firstPositions(embeddings)]), norm)
    },
    async attention(x, dense) {
      const inputs = [...(await thirds(x, dense)), await bias(dense)]
      return fused('MultiHeadAttention', inputs, { ints: { num_heads: heads } })
    },
    async widen(x, dense) {
      return fused('Gelu', [await multiply(x, dense)])
    },
    async addAndNormalize(x, dense, skip, norm, as) {
      return normalize(standard('Add', [await multiply(x, dense), skip]), norm, as)
    },
  }
}

function columnsOf(matrix: Float32Array, columns: number, from: number, count: number): Float32Array<ArrayBuffer> {
  const rows = matrix.length / columns
  const part = new Float32Array(rows * count)
  for (let row = 0; row < rows; row++)
    part.set(matrix.subarray(row * columns + from, row * columns + from + count), row * count)
  return part
}
