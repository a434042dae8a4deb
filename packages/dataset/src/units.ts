/** A slice of a section that stays in one chunk, with the white space that follows it. */
export interface Unit {
  text: string
  tokens: number
}

type CountTokens = (text: string) => number

/**
 * A longer text is halved without counting it first, in characters for each token of the limit. Tokenizers give a
 * token for 4 characters or so, and WordPiece one for a blob of any length, which no chunk should hold whole.
 */
const maxCharsPerToken = 64

/**
 * White space between sentences: after a full stop, before anything but a small letter. Intl.Segmenter is exacter, but
 * its time grows with the square of the length of a line: 40 s for a megabyte.
 */
const sentenceEnd = /(?<=[.!?…][)\]"'”’*_`]{0,3})\s+(?=[^\s\p{Ll}])|(?<=[。！？])/gu

/** Sentences of prose, or a whole code block, each within `maxTokens`: cut at lines, words, or inside a word at last. */
export function splitUnits(part: { code: boolean; text: string }, maxTokens: number, countTokens: CountTokens): Unit[] {
  const units: Unit[] = []
  const pieces = part.code ? [`${part.text}\n`] : splitSentences(`${part.text}\n`)
  // Depth first, first half on top.
  const open = pieces.filter((piece) => piece.trim() !== '').reverse()
  for (let piece = open.pop(); piece !== undefined; piece = open.pop()) {
    if (piece.length <= maxTokens * maxCharsPerToken) {
      const tokens = countTokens(piece)
      if (tokens <= maxTokens) {
        units.push({ text: piece, tokens: Math.max(tokens, Math.ceil(piece.length / maxCharsPerToken)) })
        continue
      }
    }
    const middle = findCut(piece)
    if (middle === undefined) units.push({ text: piece, tokens: maxTokens })
    else open.push(piece.slice(middle), piece.slice(0, middle))
  }
  return units
}

/** Sentences with the white space behind them. Lines are cut first: a list item ends without a full stop. */
function splitSentences(prose: string): string[] {
  const found: string[] = []
  for (const line of prose.match(/[^\n]*\n+/g) ?? []) {
    let start = 0
    for (const end of line.matchAll(sentenceEnd)) {
      found.push(line.slice(start, end.index + end[0].length))
      start = end.index + end[0].length
    }
    found.push(line.slice(start))
  }
  return found
}

/** Where to halve a text: at the line break nearest its middle, else the white space, else between two characters. */
function findCut(text: string): number | undefined {
  const middle = text.length >> 1
  return nearest(text, middle, /\n/) ?? nearest(text, middle, /\s/) ?? betweenCharacters(text, middle)
}

/** Index after the separator nearest to `middle` that leaves something to read on both sides. */
function nearest(text: string, middle: number, separator: RegExp): number | undefined {
  const start = text.length - text.trimStart().length
  const end = text.trimEnd().length
  const found = text.slice(middle, end).search(separator)
  const ahead = found < 0 ? undefined : middle + found
  const lowest = ahead === undefined ? start : Math.max(start, middle - found)
  for (let index = middle - 1; index > lowest; index--) {
    // Letters come first in nearly every text: ask the expression only about what may be white space.
    const code = text.charCodeAt(index)
    if ((code <= 32 || code >= 128) && separator.test(text[index]!)) return index + 1
  }
  return ahead !== undefined && ahead > start ? ahead + 1 : undefined
}

function betweenCharacters(text: string, middle: number): number | undefined {
  const isTail = (index: number) =>
    /[\uDC00-\uDFFF]/.test(text[index] ?? '') && /[\uD800-\uDBFF]/.test(text[index - 1] ?? '')
  const cut = isTail(middle) ? middle - 1 : middle
  const end = text.trimEnd().length
  return cut > 0 && cut < end ? cut : undefined
}
