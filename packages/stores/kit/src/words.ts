/** Words: runs of letters, marks and digits in lower case, each once. What is left of any text can be neither operator nor syntax. */
export function wordsOf(text: string): string[] {
  return [...new Set(text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu))]
}
