export type Pooling = 'mean' | 'cls'

/** How texts go into a model and how a vector comes out of it. */
export interface Usage {
  /** Longest text in tokens, the two markers included; longer ones are cut. */
  maxTokens: number
  /** The vector of a text: the mean of its tokens, or its first token ([CLS]). Length 1 either way. */
  pooling: Pooling
  /** What the model was trained to see before a question and before a passage. */
  prefix: { query: string; passage: string }
}

/** A BERT encoder as data: all that its graph needs besides the weights. */
export interface BertModel extends Usage {
  layers: number
  hidden: number
  heads: number
  /** Of its layer normalisations. */
  epsilon: number
}

const small = { layers: 12, hidden: 384, heads: 12, maxTokens: 512, epsilon: 1e-12 } as const
const plain = { query: '', passage: '' }
const searching = { query: 'Represent this sentence for searching relevant passages: ', passage: '' }

/** Models of the family, by their config.json and model cards. all-MiniLM-L6-v2 was trained on texts cut at 256 tokens. */
export const bertModels = {
  'all-MiniLM-L6-v2': { ...small, layers: 6, maxTokens: 256, pooling: 'mean', prefix: plain },
  'bge-small-en-v1.5': { ...small, pooling: 'cls', prefix: searching },
  'e5-small-v2': { ...small, pooling: 'mean', prefix: { query: 'query: ', passage: 'passage: ' } },
  'snowflake-arctic-embed-s': { ...small, pooling: 'cls', prefix: searching },
} as const satisfies Record<string, BertModel>
