import type { BertModel } from './bert.ts'
import type { Dense, Dialect } from './bert-graph.ts'
import { dialectParts } from './dialect-parts.ts'
import type { GraphBuilder } from './graph-builder.ts'

/** fp32 in standard ONNX operators only, for providers that do not know those of `com.microsoft`. */
export function standardDialect(graph: GraphBuilder, shape: BertModel): Dialect {
  const { hidden, heads, epsilon } = shape
  const { standard } = graph
  const { firstPositions, gatherWords, bias } = dialectParts(graph, shape)
  const scalar = (name: string, value: number) => graph.weight(name, [1], [Float32Array.of(value)])
  const normalize = (x: string, gamma: string, beta: string, as: string) =>
    standard('LayerNormalization', [x, gamma, beta], { ints: { axis: -1 }, floats: { epsilon }, as })
  const headShape = graph.integers('shape.heads', [0, 0, heads, hidden / heads])
  const hiddenShape = graph.integers('shape.hidden', [0, 0, hidden])
  const split = (x: string, perm: number[]) => {
    return standard('Transpose', [standard('Reshape', [x, headShape])], { ints: { perm } })
  }
  const multiply = async (x: string, dense: Dense) => {
    const { name, matrix, rows, columns } = dense
    const y = standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])])
    return standard('Add', [y, await bias(dense)])
  }
  return {
    masked: true,
    async embed(embeddings, { gamma, beta }) {
      const real = standard('Cast', ['mask'], { ints: { to: 1 } })
      const one = await scalar('one', 1)
      const penalty = standard('Mul', [standard('Sub', [real, one]), await scalar('far', 1e9)])
      standard('Unsqueeze', [penalty, graph.integers('axes.heads', [1, 2])], { as: 'penalty' })
      await scalar('root2', Math.SQRT2)
      await scalar('half', 0.5)
      await scalar('scale', 1 / Math.sqrt(hidden / heads))
      const sum = standard('Add', [await gatherWords(embeddings), await firstPositions(embeddings)])
      return normalize(sum, gamma, beta, 'embedded')
    },
    async attention(x, dense) {
      const { name } = dense
      const all = await multiply(x, { ...dense, name: `${name}.qkv` })
      const [query, key, value] = [`${name}.q`, `${name}.k`, `${name}.v`] as const
      standard('Split', [all, graph.integers(`${name}.sizes`, [hidden, hidden, hidden])], {
        ints: { axis: -1 },
        as: query,
        also: [key, value],
      })
      const products = standard('MatMul', [split(query, [0, 2, 1, 3]), split(key, [0, 2, 3, 1])])
      const scores = standard('Add', [standard('Mul', [products, 'scale']), 'penalty'])
      const shares = standard('Softmax', [scores], { ints: { axis: -1 } })
      const mixed = standard('MatMul', [shares, split(value, [0, 2, 1, 3])])
      return standard('Reshape', [standard('Transpose', [mixed], { ints: { perm: [0, 2, 1, 3] } }), hiddenShape])
    },
    async addAndNormalize(x, dense, skip, { gamma, beta }, as) {
      return normalize(standard('Add', [await multiply(x, dense), skip]), gamma, beta, as)
    },
    async widen(x, dense) {
      const y = await multiply(x, dense)
      const share = standard('Add', [standard('Erf', [standard('Div', [y, 'root2'])]), 'one'])
      return standard('Mul', [standard('Mul', [y, share]), 'half'])
    },
  }
}
