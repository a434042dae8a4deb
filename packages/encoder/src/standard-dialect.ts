import type { BertModel } from './bert.ts'
import type { Dialect } from './bert-graph.ts'
import type { GraphBuilder } from './graph-builder.ts'

/** fp32 in standard ONNX operators only, for providers that do not know those of `com.microsoft`. */
export function standardDialect(graph: GraphBuilder, shape: BertModel): Dialect {
  const { hidden, heads, maxTokens, epsilon } = shape
  const { standard } = graph
  const scalar = (name: string, value: number) => graph.weight(name, [1], [Float32Array.of(value)])
  const normalize = (x: string, gamma: string, beta: string, as: string) =>
    standard('LayerNormalization', [x, gamma, beta], { ints: { axis: -1 }, floats: { epsilon }, as })
  const headShape = graph.integers('shape.heads', [0, 0, heads, hidden / heads])
  const hiddenShape = graph.integers('shape.hidden', [0, 0, hidden])
  const split = (x: string, perm: number[]) => {
    return standard('Transpose', [standard('Reshape', [x, headShape])], { ints: { perm } })
  }
  return {
    async embed({ words, positions }, { gamma, beta }) {
      const table = await graph.weight('words', [words.rows, hidden], words.chunks())
      const rows = await graph.weight('positions', [maxTokens, hidden], [positions])
      const sequence = standard('Shape', ['ids'], { ints: { start: 1, end: 2 } })
      const position = standard('Slice', [rows, graph.integers('axis.zero', [0]), sequence])
      const real = standard('Cast', ['mask'], { ints: { to: 1 } })
      const one = await scalar('one', 1)
      const penalty = standard('Mul', [standard('Sub', [real, one]), await scalar('far', 1e9)])
      standard('Unsqueeze', [penalty, graph.integers('axes.heads', [1, 2])], { as: 'penalty' })
      await scalar('root2', Math.SQRT2)
      await scalar('half', 0.5)
      await scalar('scale', 1 / Math.sqrt(hidden / heads))
      const sum = standard('Add', [standard('Gather', [table, 'ids']), position])
      return normalize(sum, gamma, beta, 'embedded')
    },
    async attention(x, { name, matrix, rows, columns, bias }) {
      const weight = await graph.weight(`${name}.qkv`, [rows, columns], [matrix])
      const all = standard('Add', [
        standard('MatMul', [x, weight]),
        await graph.weight(`${name}.qkv.bias`, [columns], [bias]),
      ])
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
    async multiply(x, { name, matrix, rows, columns }) {
      return standard('MatMul', [x, await graph.weight(name, [rows, columns], [matrix])])
    },
    addAndNormalize: (x, bias, skip, { gamma, beta }, as) =>
      normalize(standard('Add', [standard('Add', [x, bias]), skip]), gamma, beta, as),
    biasGelu(x, bias) {
      const y = standard('Add', [x, bias])
      const share = standard('Add', [standard('Erf', [standard('Div', [y, 'root2'])]), 'one'])
      return standard('Mul', [standard('Mul', [y, share]), 'half'])
    },
  }
}
