import type { BertModel } from './bert.ts'
import type { Dense, Embeddings } from './bert-graph.ts'
import type { GraphBuilder } from './graph-builder.ts'
import { quantizeColumns, quantizeRows } from './quantize.ts'

/** What more than one dialect says in the same way. */
export function dialectParts(graph: GraphBuilder, { hidden, maxTokens }: BertModel) {
  const { standard } = graph
  const positions = (embeddings: Embeddings) => graph.weight('positions', [maxTokens, hidden], [embeddings.positions])
  const words = ({ words }: Embeddings) => graph.weight('words', [words.rows, hidden], words.chunks())
  return {
    words,
    positions,
    bias: ({ name, bias }: Dense) => graph.weight(`${name}.bias`, [bias.length], [bias]),
    /** Rows of the first tokens, as many as `ids` has. */
    async firstPositions(embeddings: Embeddings) {
      const sequence = standard('Shape', ['ids'], { ints: { start: 1, end: 2 } })
      return standard('Slice', [await positions(embeddings), graph.integers('axis.zero', [0]), sequence])
    },
    async gatherWords(embeddings: Embeddings) {
      return standard('Gather', [await words(embeddings), 'ids'])
    },
    /** The same from a table of int8 rows with a scale each. */
    async gatherSmallWords({ words }: Embeddings) {
      const scales: Float32Array<ArrayBuffer>[] = []
      async function* values() {
        for await (const chunk of words.chunks()) {
          const rowsOf = quantizeRows(chunk, hidden)
          scales.push(rowsOf.scales)
          yield rowsOf.values
        }
      }
      const table = await graph.weight('words', [words.rows, hidden], values())
      const scale = await graph.weight('words.scales', [words.rows, 1], scales)
      const small = standard('Cast', [standard('Gather', [table, 'ids'])], { ints: { to: 1 } })
      return standard('Mul', [small, standard('Gather', [scale, 'ids'])])
    },
    /** A matrix as int8, with a scale for each column. */
    async small({ name, matrix, rows, columns }: Omit<Dense, 'bias'>, levels: number) {
      const { values, scales } = quantizeColumns(matrix, columns, levels)
      return {
        values: await graph.weight(name, [rows, columns], [values]),
        scales: await graph.weight(`${name}.scales`, [columns], [scales]),
        zeros: await graph.weight(`${name}.zeros`, [columns], [new Int8Array(columns)]),
      }
    },
  }
}
