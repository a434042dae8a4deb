import type { BertModel } from './bert.ts'
import { buildGraph, type GraphBuilder } from './graph-builder.ts'
import type { Graph } from './onnx-proto.ts'
import { besides, transpose } from './quantize.ts'
import type { Safetensors } from './safetensors.ts'
import type { WeightsFile } from './weights-file.ts'

/** A matrix for `x @ matrix`, rows = inputs, with its bias. */
export interface Dense {
  name: string
  matrix: Float32Array<ArrayBuffer>
  rows: number
  columns: number
  bias: Float32Array<ArrayBuffer>
}

/** Position rows with token-type row 0 folded in, and the first normalisation. */
export interface Embeddings {
  words: { rows: number; chunks(): AsyncIterable<Float32Array<ArrayBuffer>> }
  positions: Float32Array<ArrayBuffer>
}

/** One way to say BERT in ONNX operators. Strings are names of values in the graph; `norm` names gamma and beta. */
export interface Dialect {
  /** It takes `mask` beside `ids`; one that does not wants texts of one length in a batch. */
  masked: boolean
  /** Of `ids` and `mask` (int32, [batch, sequence]). */
  embed(embeddings: Embeddings, norm: Norm): Promise<string>
  /** Self-attention of x up to, not including, its output projection. */
  attention(x: string, queryKeyValue: Dense): Promise<string>
  /** Gelu(x @ matrix + bias). */
  widen(x: string, dense: Dense): Promise<string>
  /** LayerNorm(x @ matrix + bias + skip). */
  addAndNormalize(x: string, dense: Dense, skip: string, norm: Norm, as: string): Promise<string>
  /** x as [batch, sequence, hidden], from a dialect that keeps it in another shape. */
  perText?(x: string): string
}

export interface Norm {
  gamma: string
  beta: string
}

/** Words per piece of the 30,522-row table: about 1.5 MB at a time. */
const wordRows = 1024

/** `vectors`: pooled, length 1; `tokens`: as exporters leave it, the last hidden state of every token. */
export type Head = 'vectors' | 'tokens'

export interface GraphPlan {
  shape: BertModel
  head: Head
  speak(graph: GraphBuilder, shape: BertModel): Dialect
}

/**
 * The encoder as one graph: `ids`, `mask` (int32 [batch, sequence]) → `vectors` (float [batch, hidden], length 1); no `mask` where the
 * dialect does without. With the head `tokens`, which needs a masked dialect:
 * `input_ids`, `attention_mask` (int64) → `last_hidden_state` (float [batch, sequence, hidden]).
 */
export async function writeBertGraph(
  model: Safetensors,
  weights: WeightsFile,
  { shape, head, speak }: GraphPlan,
): Promise<Graph> {
  const graph = buildGraph(weights)
  if (head === 'tokens') {
    graph.standard('Cast', ['input_ids'], { ints: { to: 6 }, as: 'ids' })
    graph.standard('Cast', ['attention_mask'], { ints: { to: 6 }, as: 'mask' })
  }
  const dialect = speak(graph, shape)
  const vector = async (name: string) => {
    const values = await model.rows(name)
    return graph.weight(name, [values.length], [values as Float32Array<ArrayBuffer>])
  }
  const norm = async (name: string): Promise<Norm> => ({
    gamma: await vector(`${name}.weight`),
    beta: await vector(`${name}.bias`),
  })
  const dense = async (...names: string[]): Promise<Dense> => {
    const parts: Float32Array[] = []
    const biases: Float32Array[] = []
    for (const name of names) {
      const [outputs, inputs] = model.shape(`${name}.weight`) as [number, number]
      parts.push(transpose(await model.rows(`${name}.weight`), outputs, inputs))
      biases.push(await model.rows(`${name}.bias`))
    }
    const rows = model.shape(`${names[0]}.weight`)[1]!
    const matrix = besides(parts, rows)
    return { name: names[0]!, matrix, rows, columns: matrix.length / rows, bias: besides(biases, 1) }
  }

  let x = await dialect.embed(await readEmbeddings(model, shape), await norm('embeddings.LayerNorm'))
  for (let i = 0; i < shape.layers; i++) {
    const at = (part: string) => `encoder.layer.${i}.${part}`
    const self = (part: string) => at(`attention.self.${part}`)
    const context = await dialect.attention(x, await dense(self('query'), self('key'), self('value')))
    const project = await dense(at('attention.output.dense'))
    const attentionNorm = await norm(at('attention.output.LayerNorm'))
    x = await dialect.addAndNormalize(context, project, x, attentionNorm, at('attention'))
    const wide = await dialect.widen(x, await dense(at('intermediate.dense')))
    const narrow = await dense(at('output.dense'))
    x = await dialect.addAndNormalize(wide, narrow, x, await norm(at('output.LayerNorm')), at('output'))
  }

  x = dialect.perText?.(x) ?? x

  const tokens = ['batch', 'sequence']
  if (head === 'tokens') {
    graph.standard('Identity', [x], { as: 'last_hidden_state' })
    return graph.finish(
      'bert',
      [
        { name: 'input_ids', type: 'int64', dims: tokens },
        { name: 'attention_mask', type: 'int64', dims: tokens },
      ],
      [{ name: 'last_hidden_state', type: 'float', dims: [...tokens, shape.hidden] }],
    )
  }
  pool(graph, x, shape, dialect.masked)
  return graph.finish(
    'bert',
    (dialect.masked ? ['ids', 'mask'] : ['ids']).map((name) => ({ name, type: 'int32', dims: tokens })),
    [{ name: 'vectors', type: 'float', dims: ['batch', shape.hidden] }],
  )
}

/** A mean needs no division: the masked sum has the same vector of length 1. */
function pool({ standard, integers }: GraphBuilder, x: string, { pooling }: BertModel, masked: boolean): void {
  const one = integers('pool.tokens', [1])
  const first = () => standard('Gather', [x, integers('pool.first', [0])], { ints: { axis: 1 } })
  const sum = () =>
    masked
      ? standard('MatMul', [standard('Unsqueeze', [standard('Cast', ['mask'], { ints: { to: 1 } }), one]), x])
      : standard('ReduceSum', [x, one])
  const pooled = standard('Squeeze', [pooling === 'cls' ? first() : sum(), one])
  standard('LpNormalization', [pooled], { ints: { axis: -1, p: 2 }, as: 'vectors' })
}

async function readEmbeddings(model: Safetensors, { maxTokens, hidden }: BertModel): Promise<Embeddings> {
  const words = 'embeddings.word_embeddings.weight'
  const rows = model.shape(words)[0]!
  const positions = new Float32Array(await model.rows('embeddings.position_embeddings.weight', 0, maxTokens))
  const type = await model.rows('embeddings.token_type_embeddings.weight', 0, 1)
  for (let i = 0; i < positions.length; i++) positions[i]! += type[i % hidden]!
  return {
    positions,
    words: {
      rows,
      async *chunks() {
        for (let row = 0; row < rows; row += wordRows) {
          yield (await model.rows(words, row, Math.min(rows, row + wordRows))) as Float32Array<ArrayBuffer>
        }
      },
    },
  }
}
