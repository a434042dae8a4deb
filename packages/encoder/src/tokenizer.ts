import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'

/** UTF-16 units looked at for each token a text may have; English takes 4 to 5. */
const unitsPerToken = 64

export interface TextTokenizer {
  /** Ids with [CLS] and [SEP], cut at `maxTokens`; the text itself is cut at 64 UTF-16 units for each token before. */
  encode(text: string): Int32Array
  /** Tokens of the whole text, uncut, without the two markers. Linear in its length. */
  count(text: string): number
}

/** `path`: a tokenizer.json. */
export async function openTokenizer(path: string, maxTokens: number): Promise<TextTokenizer> {
  const tokenizer = new Tokenizer(JSON.parse(await readFile(path, 'utf8')), {})
  return {
    encode(text) {
      const { ids } = tokenizer.encode(wellFormed(cutText(text, maxTokens)))
      if (ids.length <= maxTokens) return Int32Array.from(ids)
      return Int32Array.from([...ids.slice(0, maxTokens - 1), ids.at(-1)!])
    },
    count(text) {
      let tokens = 0
      for (const piece of pieces(text, maxTokens * unitsPerToken))
        tokens += tokenizer.encode(wellFormed(piece), { add_special_tokens: false }).ids.length
      return tokens
    },
  }
}

/** As much of a text as is ever tokenised for embedding. */
export const cutText = (text: string, maxTokens: number) => text.slice(0, maxTokens * unitsPerToken)

/** Half a surrogate pair is no character: it becomes U+FFFD, which the tokenizer drops. */
const wellFormed = (text: string) => text.replace(/\p{Surrogate}/gu, '\ufffd')

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
