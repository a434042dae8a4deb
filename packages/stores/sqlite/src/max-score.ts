/** What one query word adds to the score of each chunk it is in. */
export interface Postings {
  /** Ascending. */
  ids: Uint32Array | Float64Array
  /** By position in `ids`; above 0. */
  impacts: Float64Array
  /** The largest of them. */
  most: number
}

export interface Ranked {
  ids: number[]
  /** Descending; equal scores by ascending id. */
  scores: number[]
}

/** Sums of bounds are rounded in another order than scores: what is nearer than this is looked at. */
const slack = 1 + 1e-9

/**
 * The `limit` chunks with the highest sums of impacts, exactly: MaxScore, document at a time (Turtle and Flood 1995). Chunks are met in the
 * lists of the rare words only; a list is no longer walked once all that it and the weaker ones can give together does not reach the last
 * place, and then only asked about chunks that still may. Scores are added in the order of `words`, so they are those of a plain sum to the last bit.
 */
export function maxScore(words: readonly Postings[], limit: number, allowed?: readonly number[]): Ranked {
  if (limit < 1) return { ids: [], scores: [] }
  const length = words.reduce((sum, { ids }) => sum + ids.length, 0)
  if (allowed && allowed.length * stepsOfLookUp < length) return scoreEach(words, limit, allowed)
  return walk(words, limit, allowed && new Set(allowed))
}

/** Looking up one chunk in a list takes about as long as walking this many places of it. */
const stepsOfLookUp = 16

/** Each allowed chunk is looked up in every list. */
function scoreEach(words: readonly Postings[], limit: number, allowed: readonly number[]): Ranked {
  const found: Ranked = { ids: [], scores: [] }
  const at = new Uint32Array(words.length)
  for (const id of Float64Array.from(allowed).sort()) {
    let score = 0
    for (const [word, { ids, impacts }] of words.entries()) {
      at[word] = seek(ids, at[word]!, id)
      if (ids[at[word]!] === id) score += impacts[at[word]!]!
    }
    if (score > (found.ids.length < limit ? 0 : found.scores.at(-1)!)) insert(found, id, score, limit)
  }
  return found
}

function walk(words: readonly Postings[], limit: number, allowed: ReadonlySet<number> | undefined): Ranked {
  const found: Ranked = { ids: [], scores: [] }
  // weakest first; `order[i]` is the place of the word in the sum
  const order = [...words.keys()]
    .filter((word) => words[word]!.ids.length > 0)
    .sort((a, b) => words[a]!.most - words[b]!.most)
  const lists = order.map((word) => words[word]!)
  let bound = 0
  const bounds = lists.map(({ most }) => (bound += most))
  const at = new Uint32Array(lists.length)
  const parts = new Float64Array(words.length)
  let floor = 0
  let firstWalked = 0

  while (firstWalked < lists.length) {
    let id = Infinity
    for (let i = firstWalked; i < lists.length; i++) {
      const next = lists[i]!.ids[at[i]!]
      if (next !== undefined && next < id) id = next
    }
    if (id === Infinity) break
    parts.fill(0)
    let sum = 0
    for (let i = firstWalked; i < lists.length; i++) {
      const { ids, impacts } = lists[i]!
      if (ids[at[i]!] !== id) continue
      const impact = impacts[at[i]!++]!
      parts[order[i]!] = impact
      sum += impact
    }
    if (allowed && !allowed.has(id)) continue
    let i = firstWalked - 1
    for (; i >= 0 && (sum + bounds[i]!) * slack > floor; i--) {
      const { ids, impacts } = lists[i]!
      at[i] = seek(ids, at[i]!, id)
      if (ids[at[i]!] !== id) continue
      parts[order[i]!] = impacts[at[i]!]!
      sum += impacts[at[i]!]!
    }
    if (i >= 0) continue
    let score = 0
    for (const part of parts) score += part
    // an equal score comes later by its id
    if (found.ids.length === limit && score <= floor) continue
    insert(found, id, score, limit)
    if (found.ids.length < limit) continue
    floor = found.scores[limit - 1]!
    while (firstWalked < lists.length && bounds[firstWalked]! * slack <= floor) firstWalked++
  }
  return found
}

/** First position from `from` with an id of at least `id`: doubling steps, then halves. */
function seek(ids: Postings['ids'], from: number, id: number): number {
  let step = 1
  let low = from
  let high = from
  while (high < ids.length && ids[high]! < id) {
    low = high + 1
    high += step
    step *= 2
  }
  high = Math.min(high, ids.length)
  while (low < high) {
    const middle = (low + high) >>> 1
    if (ids[middle]! < id) low = middle + 1
    else high = middle
  }
  return low
}

function insert({ ids, scores }: Ranked, id: number, score: number, limit: number): void {
  let low = 0
  let high = scores.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if (scores[middle]! >= score) low = middle + 1
    else high = middle
  }
  ids.splice(low, 0, id)
  scores.splice(low, 0, score)
  if (ids.length <= limit) return
  ids.pop()
  scores.pop()
}
