import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'
import { bert } from './bert.ts'

/** Longest text looked at, in UTF-16 units: 64 per token, where English takes 4 to 5. */
const maxUnits = bert.maxTokens * 64

export interface TextTokenizer {
  /** Ids with [CLS] and [SEP], cut at 256; the text itself is cut at 16,384 UTF-16 units before. */
  encode(text: string): Int32Array
  /** Tokens of the whole text, uncut, without the two markers. Linear in its length. */
  count(text: string): number
}

/** `path`: a tokenizer.json. */
export async function openTokenizer(path: string): Promise<TextTokenizer> {
  const tokenizer = new Tokenizer(JSON.parse(await readFile(path, 'utf8')), {})
  return {
    encode(text) {
      const { ids } = tokenizer.encode(wellFormed(cutText(text)))
      if (ids.length <= bert.maxTokens) return Int32Array.from(ids)
      return Int32Array.from([...ids.slice(0, bert.maxTokens - 1), ids.at(-1)!])
    },
    count(text) {
      let tokens = 0
      for (const piece of pieces(text))
        tokens += tokenizer.encode(wellFormed(piece), { add_special_tokens: false }).ids.length
      return tokens
    },
  }
}

/** As much of a text as is ever tokenised for embedding. */
export const cutText = (text: string) => text.slice(0, maxUnits)

/** Half a surrogate pair is no character: it becomes U+FFFD, which the tokenizer drops. */
const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, '\ufffd')

/** `text` in pieces of bounded length, cut at a space where there is one. */
function* pieces(text: string): Generator<string> {
  for (let start = 0; start < text.length; ) {
    const limit = start + maxUnits
    const space = limit < text.length ? text.lastIndexOf(' ', limit) : -1
    const end = space > start ? space : limit
    yield text.slice(start, end)
    start = end
  }
}
