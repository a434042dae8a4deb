/** A file with more replacement characters than this share after decoding is no UTF-8 text at all. */
const mostReplacedShare = 0.1

/** What `decodeText` made of some bytes. */
export type Decoded = { text: string; repaired: boolean } | { binary: string }

/**
 * Bytes to text as UTF-8. Invalid sequences become U+FFFD (`repaired`); bytes with a NUL, or with more than a tenth
 * of invalid sequences, are `binary` with the reason. `cut`: the bytes may end inside a character, which is dropped.
 */
export function decodeText(bytes: Uint8Array, cut: boolean): Decoded {
  if (bytes.includes(0)) return { binary: 'binary file (holds NUL bytes), skipped' }
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes, { stream: cut }), repaired: false }
  } catch {
    const text = new TextDecoder('utf-8').decode(bytes)
    const replaced = text.split('\uFFFD').length - 1
    if (replaced > text.length * mostReplacedShare) return { binary: 'not UTF-8 text, skipped' }
    return { text, repaired: true }
  }
}

/** `text` with `\n` line ends and no trailing white space. */
export function normalizeLines(text: string): string {
  return text.replace(/\r\n?/g, '\n').trim()
}

/** Lone surrogates and NUL, which JSON can spell, no encoding can store, and SQLite takes for the end of a text. */
const unstorable = /[\p{Surrogate}\0]/gu

/** `text` as a store can give it back, with U+FFFD for what cannot be stored. */
export const storable = (text: string): string => text.replace(unstorable, '\uFFFD')
