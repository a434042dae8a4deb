/** A query for any of `words`. Quoted, a word can be neither an operator nor a column name. */
export const anyOf = (words: string[]): string => words.map((word) => `"${word}"`).join(' OR ')
