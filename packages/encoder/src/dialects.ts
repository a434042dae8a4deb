import type { BertModel } from './bert.ts'
import type { Dialect } from './bert-graph.ts'
import { dialectParts } from './dialect-parts.ts'
import type { GraphBuilder } from './graph-builder.ts'

/** fp32 with ONNX Runtime's fused operators: what its optimiser makes of a standard export. */
export function fusedDialect(graph: GraphBuilder, shape: BertModel): Dialect {
  const { heads, epsilon } = shape
  const { words, positions, bias } = dialectParts(graph, shape)
  return {
    masked: true,
    async embed(embeddings, { gamma, beta }) {
      const inputs = ['ids', '', await words(embeddings), await positions(embeddings), '', gamma, beta, 'mask']
      return graph.fused('EmbedLayerNormalization', inputs, { floats: { epsilon }, also: ['lengths'] })
    },
    async attention(x, dense) {
      const { name, matrix, rows, columns } = dense
      const weight = await graph.weight(`${name}.qkv`, [rows, columns], [matrix])
      return graph.fused('Attention', [x, weight, await bias(dense), 'lengths'], { ints: { num_heads: heads } })
    },
    async widen(x, dense) {
      const { name, matrix, rows, columns } = dense
      const wide = graph.standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])])
      return graph.fused('BiasGelu', [wide, await bias(dense)])
    },
    async addAndNormalize(x, dense, skip, { gamma, beta }, as) {
      const { name, matrix, rows, columns } = dense
      const y = graph.standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])])
      const inputs = [y, skip, gamma, beta, await bias(dense)]
      return graph.fused('SkipLayerNormalization', inputs, { floats: { epsilon }, as })
    },
  }
}

/** int8: weights per column, activations measured per call (one scale per tensor), word table per row. */
export function int8Dialect(graph: GraphBuilder, shape: BertModel, levels: number): Dialect {
  const { heads, epsilon } = shape
  const { firstPositions, gatherSmallWords, bias, small } = dialectParts(graph, shape)
  return {
    masked: true,
    async embed(embeddings, { gamma, beta }) {
      const word = await gatherSmallWords(embeddings)
      const position = await firstPositions(embeddings)
      const axis = graph.integers('axis.tokens', [1])
      graph.standard('ReduceSum', ['mask', axis], { ints: { keepdims: 0 }, as: 'lengths' })
      return graph.fused('SkipLayerNormalization', [word, position, gamma, beta], { floats: { epsilon } })
    },
    async attention(x, dense) {
      const { name } = dense
      const weight = await small({ ...dense, name: `${name}.qkv` }, levels)
      const [scale, zero] = [`${name}.scale`, `${name}.zero`]
      const input = graph.standard('DynamicQuantizeLinear', [x], { also: [scale, zero] })
      const inputs = [input, weight.values, await bias(dense), scale, weight.scales, 'lengths', zero, weight.zeros]
      return graph.fused('QAttention', inputs, { ints: { num_heads: heads } })
    },
    async widen(x, dense) {
      const { values, scales, zeros } = await small(dense, levels)
      const wide = graph.fused('DynamicQuantizeMatMul', [x, values, scales, zeros])
      return graph.fused('BiasGelu', [wide, await bias(dense)])
    },
    async addAndNormalize(x, dense, skip, { gamma, beta }, as) {
      const { values, scales, zeros } = await small(dense, levels)
      const y = graph.fused('DynamicQuantizeMatMul', [x, values, scales, zeros])
      const inputs = [y, skip, gamma, beta, await bias(dense)]
      return graph.fused('SkipLayerNormalization', inputs, { floats: { epsilon }, as })
    },
  }
}
