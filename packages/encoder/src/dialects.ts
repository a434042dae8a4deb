import type { BertModel } from './bert.ts'
import type { Dialect, Embeddings } from './bert-graph.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { type Quantized, quantizeColumns, quantizeRows } from './quantize.ts'

const shared = (graph: GraphBuilder, { hidden, maxTokens }: BertModel) => ({
  words: ({ words }: Embeddings) => graph.weight('words', [words.rows, hidden], words.chunks()),
  positions: ({ positions }: Embeddings) => graph.weight('positions', [maxTokens, hidden], [positions]),
})

const skipNorm =
  (graph: GraphBuilder, { epsilon }: BertModel): Dialect['addAndNormalize'] =>
  (x, bias, skip, { gamma, beta }, as) =>
    graph.fused('SkipLayerNormalization', [x, skip, gamma, beta, bias], { floats: { epsilon }, as })

/** fp32 with ONNX Runtime's fused operators: what its optimiser makes of a standard export. */
export function fusedDialect(graph: GraphBuilder, shape: BertModel): Dialect {
  const { heads, epsilon } = shape
  const { words, positions } = shared(graph, shape)
  return {
    async embed(embeddings, { gamma, beta }) {
      const inputs = ['ids', '', await words(embeddings), await positions(embeddings), '', gamma, beta, 'mask']
      return graph.fused('EmbedLayerNormalization', inputs, { floats: { epsilon }, also: ['lengths'] })
    },
    async attention(x, { name, matrix, rows, columns, bias }) {
      const weight = await graph.weight(`${name}.qkv`, [rows, columns], [matrix])
      const bias3 = await graph.weight(`${name}.qkv.bias`, [columns], [bias])
      return graph.fused('Attention', [x, weight, bias3, 'lengths'], { ints: { num_heads: heads } })
    },
    async multiply(x, { name, matrix, rows, columns }) {
      return graph.standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])])
    },
    addAndNormalize: skipNorm(graph, shape),
    biasGelu: (x, bias) => graph.fused('BiasGelu', [x, bias]),
  }
}

/** int8: weights per column, activations measured per call (one scale per tensor), word table per row. */
export function int8Dialect(graph: GraphBuilder, shape: BertModel, levels: number): Dialect {
  const { hidden, heads, epsilon } = shape
  const { positions } = shared(graph, shape)
  const quantized = async (name: string, rows: number, columns: number, { values, scales }: Quantized) => ({
    values: await graph.weight(name, [rows, columns], [values]),
    scales: await graph.weight(`${name}.scales`, [columns], [scales]),
    zeros: await graph.weight(`${name}.zeros`, [columns], [new Int8Array(columns)]),
  })
  return {
    async embed(embeddings, { gamma, beta }) {
      const { rows } = embeddings.words
      const scales: Float32Array<ArrayBuffer>[] = []
      async function* values() {
        for await (const chunk of embeddings.words.chunks()) {
          const rowsOf = quantizeRows(chunk, hidden)
          scales.push(rowsOf.scales)
          yield rowsOf.values
        }
      }
      const table = await graph.weight('words', [rows, hidden], values())
      const scale = await graph.weight('words.scales', [rows, 1], scales)
      const small = graph.standard('Cast', [graph.standard('Gather', [table, 'ids'])], { ints: { to: 1 } })
      const word = graph.standard('Mul', [small, graph.standard('Gather', [scale, 'ids'])])
      const sequence = graph.standard('Shape', ['ids'], { ints: { start: 1, end: 2 } })
      const zero = graph.integers('axis.zero', [0])
      const position = graph.standard('Slice', [await positions(embeddings), zero, sequence])
      const axis = graph.integers('axis.tokens', [1])
      graph.standard('ReduceSum', ['mask', axis], { ints: { keepdims: 0 }, as: 'lengths' })
      return graph.fused('SkipLayerNormalization', [word, position, gamma, beta], { floats: { epsilon } })
    },
    async attention(x, { name, matrix, rows, columns, bias }) {
      const weight = await quantized(`${name}.qkv`, rows, columns, quantizeColumns(matrix, columns, levels))
      const bias3 = await graph.weight(`${name}.qkv.bias`, [columns], [bias])
      const [scale, zero] = [`${name}.scale`, `${name}.zero`]
      const input = graph.standard('DynamicQuantizeLinear', [x], { also: [scale, zero] })
      const inputs = [input, weight.values, bias3, scale, weight.scales, 'lengths', zero, weight.zeros]
      return graph.fused('QAttention', inputs, { ints: { num_heads: heads } })
    },
    async multiply(x, { name, matrix, rows, columns }) {
      const weight = await quantized(name, rows, columns, quantizeColumns(matrix, columns, levels))
      return graph.fused('DynamicQuantizeMatMul', [x, weight.values, weight.scales, weight.zeros])
    },
    addAndNormalize: skipNorm(graph, shape),
    biasGelu: (x, bias) => graph.fused('BiasGelu', [x, bias]),
  }
}
