import { readFile } from 'node:fs/promises'

/** The tokens of a WordPiece tokenizer.json. */
export interface Vocabulary {
  /** Ids run from 0 to here. */
  size: number
  /** Ids that stand for text, in order: markers and spare places (`[unused7]`) are left out. */
  ids: Int32Array
  /** The first id of a whole word; ids below are single characters. From here on tokens come by falling frequency. */
  words: number
  /** [CLS] and [SEP]: what stands before and after a text. */
  start: number
  end: number
}

interface TokenizerFile {
  model: { vocab: Record<string, number> }
  added_tokens: { id: number; content: string }[]
}

/** `path`: a tokenizer.json. */
export async function readVocabulary(path: string): Promise<Vocabulary> {
  const { model, added_tokens: added }: TokenizerFile = JSON.parse(await readFile(path, 'utf8'))
  const special = new Set(added.map(({ id }) => id))
  const ids = Object.entries(model.vocab)
    .filter(([token, id]) => !special.has(id) && !/^\[unused\d+\]$/.test(token))
    .map(([, id]) => id)
    .sort((a, b) => a - b)
  const word = Object.entries(model.vocab).filter(([token]) => /^[\p{L}\p{N}]{2,}$/u.test(token))
  return {
    size: Math.max(...Object.values(model.vocab)) + 1,
    ids: Int32Array.from(ids),
    words: word.reduce((least, [, id]) => Math.min(least, id), ids.length),
    start: model.vocab['[CLS]']!,
    end: model.vocab['[SEP]']!,
  }
}
