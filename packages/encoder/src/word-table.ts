/** Int32 words before the slots: tokens, tokens that begin a word, slots, longest token in UTF-16 units. */
const headerInts = 4

/** FNV-1a (Fowler, Noll, Vo), over UTF-16 units instead of bytes; pieces inside a word start elsewhere than those that begin one. */
const seeds = { beginning: 0x811c9dc5 | 0, inside: 0x2f4a3c51 }
const fnvPrime = 0x01000193
const spread = (hash: number, mask: number) => (hash ^ (hash >>> 15)) & mask

/** A WordPiece vocabulary: looked up in place, so that all threads share one copy. */
export interface WordTable {
  /**
   * Puts the ids of the word `text[from, to)` at the end of `ids`: the longest piece first, again and again. False, and nothing is
   * put, where a part of it is no piece.
   */
  pieces(text: string, from: number, to: number, ids: number[]): boolean
}

/** `prefix` marks the pieces that go on inside a word (##). */
export function writeWordTable(vocabulary: Iterable<[token: string, id: number]>, prefix: string): SharedArrayBuffer {
  const all = [...vocabulary]
  const beginning = all.filter(([token]) => !token.startsWith(prefix))
  const inside = all
    .filter(([token]) => token.startsWith(prefix))
    .map(([token, id]): [string, number] => [token.slice(prefix.length), id])
  const tokens = [...beginning, ...inside]
  const units = tokens.reduce((sum, [token]) => sum + token.length, 0)
  const slots = 2 ** Math.ceil(Math.log2(2 * tokens.length + 1))
  const buffer = new SharedArrayBuffer(4 * (headerInts + slots + 2 * tokens.length + 1) + 2 * units)
  const longest = tokens.reduce((most, [token]) => Math.max(most, token.length), 0)
  new Int32Array(buffer, 0, headerInts).set([tokens.length, beginning.length, slots, longest])

  const parts = partsOf(buffer)
  let end = 0
  for (const [at, [token, id]] of tokens.entries()) {
    parts.ids[at] = id
    parts.ends[at] = end
    let hash = at < beginning.length ? seeds.beginning : seeds.inside
    for (let i = 0; i < token.length; i++) {
      const unit = token.charCodeAt(i)
      parts.units[end++] = unit
      hash = Math.imul(hash ^ unit, fnvPrime)
    }
    let slot = spread(hash, slots - 1)
    while (parts.slots[slot] !== 0) slot = (slot + 1) & (slots - 1)
    parts.slots[slot] = at + 1
  }
  parts.ends[tokens.length] = end
  return buffer
}

export function openWordTable(buffer: SharedArrayBuffer): WordTable {
  const { slots, ids, ends, units, beginning, longest } = partsOf(buffer)
  const mask = slots.length - 1
  /** Of the text from the start of a piece to each end it may have. */
  const hashes = new Int32Array(longest)

  const find = (hash: number, isInside: boolean, text: string, from: number, length: number): number => {
    for (let slot = spread(hash, mask); slots[slot] !== 0; slot = (slot + 1) & mask) {
      const at = slots[slot]! - 1
      const start = ends[at]!
      if (at >= beginning !== isInside || ends[at + 1]! - start !== length) continue
      let same = 0
      while (same < length && units[start + same] === text.charCodeAt(from + same)) same++
      if (same === length) return at
    }
    return -1
  }

  return {
    pieces(text, from, to, into) {
      const before = into.length
      for (let start = from; start < to; ) {
        const isInside = start > from
        const most = Math.min(longest, to - start)
        let hash = isInside ? seeds.inside : seeds.beginning
        for (let i = 0; i < most; i++) hashes[i] = hash = Math.imul(hash ^ text.charCodeAt(start + i), fnvPrime)
        let length = most
        let found = -1
        while (length > 0 && (found = find(hashes[length - 1]!, isInside, text, start, length)) < 0) length--
        if (found < 0) {
          into.length = before
          return false
        }
        into.push(ids[found]!)
        start += length
      }
      return true
    },
  }
}

function partsOf(buffer: SharedArrayBuffer) {
  const [tokens = 0, beginning = 0, slots = 0, longest = 0] = new Int32Array(buffer, 0, headerInts)
  let end = 4 * headerInts
  const ints = (length: number) => new Int32Array(buffer, (end += 4 * length) - 4 * length, length)
  return {
    beginning,
    longest,
    /** Number of a token + 1; 0 where the slot is free. */
    slots: ints(slots),
    ids: ints(tokens),
    ends: ints(tokens + 1),
    units: new Uint16Array(buffer, end),
  }
}
