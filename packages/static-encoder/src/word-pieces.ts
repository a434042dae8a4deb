import { readFile } from 'node:fs/promises'
import { Tokenizer } from '@huggingface/tokenizers'

/** The tokens of a text, as the encoder's own tokenizer gives them without markers, but by look-up word by word. */
export interface WordPieces {
  /** Ids of the whole text, uncut; the array is used again by the next call. */
  encode(text: string): Int32Array
}

/** Distinct words remembered; with more the memory starts anew. */
const mostWords = 100_000
/** A longer piece is not worth remembering: it will hardly come again. */
const longestKept = 64

const [strange, space, letter, punctuation] = [0, 1, 2, 3]

/** What each ASCII character is to BERT's tokenizer. Control characters are dropped by it and join their neighbours: strange. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code === 9 || code === 10 || code === 13 || code === 32) return space
  if (code < 32 || code === 127) return strange
  return /[A-Za-z0-9]/.test(String.fromCharCode(code)) ? letter : punctuation
})

/** `path`: a tokenizer.json of an uncased BERT. `markers`: strings that it takes for a token of their own ([CLS]). */
export async function openWordPieces(path: string, markers: readonly string[]): Promise<WordPieces> {
  const tokenizer = new Tokenizer(JSON.parse(await readFile(path, 'utf8')), {})
  return wordPieces((text) => tokenizer.encode(text, { add_special_tokens: false }).ids, markers)
}

/**
 * `ask` tokenises any text; here it is asked once for each new word. That is exact because nothing that BERT's normaliser does
 * (dropping, spacing, lower case, accents) reaches across an ASCII space, and between ASCII letters and punctuation it cuts anyway.
 */
export function wordPieces(ask: (text: string) => number[], markers: readonly string[]): WordPieces {
  const known = new Map<string, number[]>()
  const marks = Array.from(kinds, (kind, code) => (kind === punctuation ? ask(String.fromCharCode(code)) : []))
  let ids = new Int32Array(1024)
  let count = 0

  const push = (tokens: readonly number[]) => {
    if (count + tokens.length > ids.length) {
      const larger = new Int32Array(2 * (count + tokens.length))
      larger.set(ids)
      ids = larger
    }
    for (let i = 0; i < tokens.length; i++) ids[count++] = tokens[i]!
  }
  const lookUp = (word: string): readonly number[] => {
    const before = known.get(word)
    if (before) return before
    // half a surrogate pair is no character: the encoder has it dropped too
    const tokens = ask(word.replace(/\p{Surrogate}/gu, '\ufffd'))
    if (word.length <= longestKept) {
      if (known.size >= mostWords) known.clear()
      known.set(word, tokens)
    }
    return tokens
  }
  /** ASCII without spaces or control characters. */
  const plain = (text: string, from: number, to: number) => {
    for (let at = from; at < to; ) {
      const code = text.charCodeAt(at)
      if (kinds[code] === punctuation) {
        push(marks[code]!)
        at++
        continue
      }
      const start = at++
      while (at < to && kinds[text.charCodeAt(at)] === letter) at++
      push(lookUp(text.slice(start, at)))
    }
  }

  return {
    encode(text) {
      count = 0
      for (let at = 0; at < text.length; at++) {
        if (kinds[text.charCodeAt(at)] === space) continue
        const start = at
        let simple = true
        let bracket = false
        for (; at < text.length; at++) {
          const code = text.charCodeAt(at)
          const kind = code < 128 ? kinds[code] : strange
          if (kind === space) break
          if (kind === strange) simple = false
          else if (code === 91) bracket = true
        }
        if (simple && bracket) {
          const piece = text.slice(start, at)
          simple = !markers.some((marker) => piece.includes(marker))
        }
        if (simple) plain(text, start, at)
        else push(lookUp(text.slice(start, at)))
      }
      return ids.subarray(0, count)
    },
  }
}
