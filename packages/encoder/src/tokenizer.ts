import { readFile } from 'node:fs/promises'
import { type BertTokens, bertIds } from './bert-tokens.ts'

/** UTF-16 units looked at for each token a text may have; English takes 4 to 5. */
const unitsPerToken = 64

export interface TextTokenizer {
  /** Ids with [CLS] and [SEP], cut at `maxTokens`; the text itself is cut at 64 UTF-16 units for each token before. */
  encode(text: string): Int32Array
  /** Ids of the whole text, uncut, without the two markers. Linear in its length. */
  ids(text: string): number[]
  /** How many those are. */
  count(text: string): number
}

/** A tokenizer.json, read; a BERT's can be given to other threads for next to nothing. */
export type TokenizerSource = { bert: BertTokens } | { path: string }

/** A BERT's is done here, any other by `@huggingface/tokenizers`. */
export async function openTokenizer(source: TokenizerSource, maxTokens: number): Promise<TextTokenizer> {
  const { idsOf, before, after } = 'bert' in source ? ofBert(source.bert) : await ofLibrary(source.path)
  const most = maxTokens - before.length - after.length
  const ids = (text: string) => {
    if (text.length <= maxTokens * unitsPerToken) return idsOf(text)
    const all: number[] = []
    for (const piece of pieces(text, maxTokens * unitsPerToken)) for (const id of idsOf(piece)) all.push(id)
    return all
  }
  return {
    encode: (text) => Int32Array.from([...before, ...idsOf(cutText(text, maxTokens), most), ...after]),
    ids,
    count: (text) => ids(text).length,
  }
}

interface Ids {
  /** Without the markers around it. Half a surrogate pair is no character: it becomes U+FFFD, which a BERT drops. */
  idsOf(text: string, limit?: number): number[]
  before: number[]
  after: number[]
}

function ofBert(tokens: BertTokens): Ids {
  const idsOf = bertIds(tokens)
  return { idsOf: (text, limit = Number.POSITIVE_INFINITY) => idsOf(text.toWellFormed(), limit), ...tokens }
}

async function ofLibrary(path: string): Promise<Ids> {
  const { Tokenizer } = await import('@huggingface/tokenizers')
  const tokenizer = new Tokenizer(JSON.parse(await readFile(path, 'utf8')), {})
  const around: number[] = tokenizer.encode('a').ids
  const bare: number[] = tokenizer.encode('a', { add_special_tokens: false }).ids
  const start = around.findIndex((_, at) => bare.every((id, i) => around[at + i] === id))
  return {
    idsOf: (text, limit) => tokenizer.encode(text.toWellFormed(), { add_special_tokens: false }).ids.slice(0, limit),
    before: around.slice(0, start),
    after: around.slice(start + bare.length),
  }
}

/** As much of a text as is ever tokenised for embedding. */
export const cutText = (text: string, maxTokens: number) => text.slice(0, maxTokens * unitsPerToken)

/** `text` in pieces of bounded length, cut at a space where there is one. */
function* pieces(text: string, maxUnits: number): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const limit = start + maxUnits
    const space = limit < text.length ? text.lastIndexOf(' ', limit) : -1
    const end = space > start ? space : limit
    yield text.slice(start, end)
    start = end
  }
}
