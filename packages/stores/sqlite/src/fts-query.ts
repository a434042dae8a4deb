/** Words FTS5 can find: runs of letters, marks and digits, as its unicode61 tokeniser splits; each once. */
export function queryWords(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu))]
}

/** A query for any of `words`. Quoted, a word can be neither an operator nor a column name. */
export const anyOf = (words: string[]): string => words.map((word) => `"${word}"`).join(' OR ')
