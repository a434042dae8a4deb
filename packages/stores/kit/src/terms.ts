import { stemmer } from 'stemmer'

/**
 * What is counted and asked for: runs of letters, marks and digits in lower case, English ones reduced to their stem (Porter 1980). Accents
 * stay; words of other languages are found as they are written.
 */
export function termsOf(text: string): string[] {
  const words = text
    .normalize('NFKC')
    .toLowerCase()
    .match(/[\p{L}\p{N}\p{M}]+/gu)
  return (words ?? []).map((word) => (/^[a-z]+$/.test(word) ? stemmer(word) : word))
}

/** How often each term is in a text. */
export function countsOf(text: string): { words: string[]; counts: number[]; length: number } {
  const counts = new Map<string, number>()
  const terms = termsOf(text)
  for (const term of terms) counts.set(term, (counts.get(term) ?? 0) + 1)
  return { words: [...counts.keys()], counts: [...counts.values()], length: terms.length }
}
