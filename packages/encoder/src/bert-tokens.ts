import { openWordTable, writeWordTable } from './word-table.ts'

/** What a tokenizer.json says when it is a BERT's; threads share the vocabulary, the rest is copied. */
export interface BertTokens {
  vocabulary: SharedArrayBuffer
  unknown: number
  /** Tokens that stand in the text as they are, [MASK]. */
  markers: [token: string, id: number][]
  before: number[]
  after: number[]
  cleans: boolean
  spacesChinese: boolean
  lowerCase: boolean
  stripsAccents: boolean
  mostWordChars: number
}

interface AddedToken {
  id: number
  content: string
  lstrip?: boolean
  rstrip?: boolean
  single_word?: boolean
  normalized?: boolean
}

// biome-ignore lint/suspicious/noExplicitAny: a tokenizer.json holds any of a dozen kinds; all that is used is looked at here
type TokenizerJson = any

/** Undefined where the file is not a BERT's, or asks for what is not done here. */
export function readBertTokens({
  model,
  normalizer,
  pre_tokenizer,
  post_processor,
  added_tokens,
}: TokenizerJson): BertTokens | undefined {
  const markers = markersOf(added_tokens ?? [])
  const around = aroundOf(post_processor)
  const isBert =
    model?.type === 'WordPiece' &&
    normalizer?.type === 'BertNormalizer' &&
    pre_tokenizer?.type === 'BertPreTokenizer' &&
    typeof model.continuing_subword_prefix === 'string' &&
    model.continuing_subword_prefix !== ''
  const unknown = model?.vocab?.[model.unk_token]
  if (!isBert || !markers || !around || typeof unknown !== 'number') return
  const lowerCase = Boolean(normalizer.lowercase)
  return {
    vocabulary: writeWordTable(Object.entries<number>(model.vocab), model.continuing_subword_prefix),
    unknown,
    markers,
    ...around,
    cleans: Boolean(normalizer.clean_text),
    spacesChinese: Boolean(normalizer.handle_chinese_chars),
    lowerCase,
    stripsAccents: normalizer.strip_accents ?? lowerCase,
    mostWordChars: model.max_input_chars_per_word ?? 100,
  }
}

function markersOf(added: AddedToken[]): BertTokens['markers'] | undefined {
  const special = added.some(
    ({ lstrip, rstrip, single_word, normalized }) => lstrip || rstrip || single_word || normalized,
  )
  return special ? undefined : added.map(({ content, id }) => [content, id])
}

function aroundOf(processor: TokenizerJson): Pick<BertTokens, 'before' | 'after'> | undefined {
  if (processor?.type === 'BertProcessing') return { before: [processor.cls[1]], after: [processor.sep[1]] }
  if (processor?.type !== 'TemplateProcessing') return
  const parts: TokenizerJson[] = processor.single
  const text = parts.findIndex((part) => part.Sequence)
  const ids = (some: TokenizerJson[]): number[] =>
    some.flatMap((part) => processor.special_tokens[part.SpecialToken?.id]?.ids ?? [Number.NaN])
  const [before, after] = [ids(parts.slice(0, text)), ids(parts.slice(text + 1))]
  return text >= 0 && [...before, ...after].every(Number.isInteger) ? { before, after } : undefined
}

const [letter, space, mark] = [1, 2, 3]
const isMark = /[\p{P}!-/:-@[-`{-~]/u
/** What each UTF-16 unit is, 0 until it is seen. Halves of a pair are letters until the pair is looked at. */
const kinds = new Uint8Array(2 ** 16)

function kindOf(text: string, at: number, code: number): number {
  if (code >= 0xd800 && code < 0xdc00) return isMark.test(String.fromCodePoint(text.codePointAt(at)!)) ? mark : letter
  const char = String.fromCharCode(code)
  return (kinds[code] = /\s/.test(char) ? space : isMark.test(char) ? mark : letter)
}

const plain = /^[\t\n\r -~]*$/
const dropped = /(?![\t\n\r])[\ufffd\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu
const chinese = /[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]/g

/**
 * Ids of a text without the markers around it, at most `limit` of them. As `@huggingface/tokenizers` has it (the tests hold both
 * against each other), which follows BERT's tokenization.py: clean, lower case, cut at spaces and marks, then greedily into pieces.
 */
export function bertIds(tokens: BertTokens): (text: string, limit: number) => number[] {
  const table = openWordTable(tokens.vocabulary)
  const markerIds = new Map(tokens.markers)
  const escaped = [...markerIds.keys()].sort((a, b) => b.length - a.length).map(escapeRegExp)
  const isMarker = escaped.length > 0 ? new RegExp(`(${escaped.join('|')})`) : undefined

  const normal = (text: string): string => {
    const isPlain = plain.test(text)
    let done = text
    if (!isPlain && tokens.cleans) done = done.replace(dropped, '')
    if (!isPlain && tokens.spacesChinese) done = done.replace(chinese, ' $& ')
    if (tokens.lowerCase) done = done.toLowerCase()
    if (!isPlain && tokens.stripsAccents) done = done.normalize('NFD').replace(/\p{Mn}/gu, '')
    return done
  }
  const word = (text: string, from: number, to: number, ids: number[]) => {
    const most = tokens.mostWordChars
    const isLong = to - from > most && (to - from > 2 * most || [...text.slice(from, to)].length > most)
    if (isLong || !table.pieces(text, from, to, ids)) ids.push(tokens.unknown)
  }
  const words = (text: string, ids: number[], limit: number) => {
    let from = -1
    let at = 0
    for (; at < text.length && ids.length < limit; at++) {
      const code = text.charCodeAt(at)
      const kind = kinds[code]! || kindOf(text, at, code)
      if (kind === letter) {
        if (from < 0) from = at
        continue
      }
      if (from >= 0) word(text, from, at, ids)
      from = -1
      if (kind === space) continue
      const end = code >= 0xd800 && code < 0xdc00 ? at + 2 : at + 1
      word(text, at, end, ids)
      at = end - 1
    }
    if (from >= 0 && ids.length < limit) word(text, from, at, ids)
  }

  return (text, limit) => {
    const ids: number[] = []
    const sections = isMarker?.test(text) ? text.split(isMarker) : [text]
    for (const section of sections) {
      if (ids.length >= limit) break
      const marker = markerIds.get(section)
      if (marker === undefined) words(normal(section), ids, limit)
      else ids.push(marker)
    }
    if (ids.length > limit) ids.length = limit
    return ids
  }
}

const escapeRegExp = (text: string) => text.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&')
