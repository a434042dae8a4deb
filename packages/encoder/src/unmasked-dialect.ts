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

  // between layers all tokens of a batch lie behind one another: [1, tokens, hidden], as normalising and multiplying want them

  /** As many ones and zeros as there are tokens, and shapes. */
  const prepare = async () => {
    const sizes = standard('Shape', ['ids'])
    const tokens = standard('ReduceProd', [sizes], { ints: { keepdims: 1 } })
    const constant = async (name: string, value: number) => graph.weight(name, [1], [Float32Array.of(value)])
    standard('Expand', [await constant('one', 1), tokens], { as: 'ones' })
    standard('Expand', [await constant('zero', 0), tokens], { as: 'zeros' })
    standard('Concat', [sizes, integers('hidden', [hidden])], { ints: { axis: 0 }, as: 'texts' })
    standard('Concat', [sizes, integers('thirds', [3 * hidden])], { ints: { axis: 0 }, as: 'texts.thirds' })
    integers('tokens', [1, -1, hidden])
  }
  const normalize = (x: string, { gamma, beta }: Norm, as?: string) => {
    const normal = standard('InstanceNormalization', [x, 'ones', 'zeros'], { floats: { epsilon } })
    return standard('Add', [standard('Mul', [normal, gamma]), beta], as === undefined ? {} : { as })
  }
  /** x @ matrix + bias + what else is to be added. */
  const multiply = async (x: string, dense: Dense, more: string[] = []) => {
    if (levels === undefined) {
      const { name, matrix, rows, columns } = dense
      const product = standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])])
      const terms = [product, await bias(dense), ...more]
      return standard(terms.length === 2 ? 'Add' : 'Sum', terms)
    }
    const { values, scales, zeros } = await small(dense, levels)
    const sum = fused('DynamicQuantizeMatMul', [x, values, scales, zeros, await bias(dense)])
    return more.length === 0 ? sum : standard('Add', [sum, ...more])
  }
  /** x times query, key and value in one product, no bias: a product each would wake the threads three times. */
  const thirds = async (x: string, dense: Dense) => {
    const { name, matrix, rows, columns } = dense
    const parts = ['query', 'key', 'value'].map((part) => `${name}.${part}`)
    let all: string
    if (levels === undefined) {
      all = standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])])
    } else {
      const [scale, zero] = [`${name}.scale`, `${name}.zero`]
      const measured = standard('DynamicQuantizeLinear', [x], { also: [scale, zero] })
      const { values, scales, zeros } = await small(dense, levels)
      all = fused('MatMulIntegerToFloat', [measured, values, scale, scales, zero, zeros])
    }
    const [as, ...also] = parts as [string, ...string[]]
    standard('Split', [standard('Reshape', [all, 'texts.thirds'])], { ints: { axis: -1 }, as, also })
    return parts
  }

  return {
    masked: false,
    async embed(embeddings, norm) {
      await prepare()
      const words = await (levels === undefined ? gatherWords : gatherSmallWords)(embeddings)
      return normalize(
        standard('Reshape', [standard('Add', [words, await firstPositions(embeddings)]), 'tokens']),
        norm,
      )
    },
    async attention(x, dense) {
      const inputs = [...(await thirds(x, dense)), await bias(dense)]
      return standard('Reshape', [fused('MultiHeadAttention', inputs, { ints: { num_heads: heads } }), 'tokens'])
    },
    async widen(x, dense) {
      return fused('Gelu', [await multiply(x, dense)])
    },
    async addAndNormalize(x, dense, skip, norm, as) {
      return normalize(await multiply(x, dense, [skip]), norm, as)
    },
    perText: (x) => standard('Reshape', [x, 'texts']),
  }
}
