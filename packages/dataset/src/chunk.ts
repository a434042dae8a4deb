import { PipelineError } from '@tenfold/contracts'
import { type Section, splitSections } from './sections.ts'
import { splitUnits, type Unit } from './units.ts'

export interface ChunkOptions {
  /** Longest chunk, heading path included, in tokens. */
  maxTokens: number
  /** Tokens at most that a chunk repeats from the end of the one before, within a section. */
  overlapTokens: number
  /** Tokens of a text. Called about once for each sentence and once for each chunk. */
  countTokens: (text: string) => number
}

/** Headings take at most this share of a chunk; longer paths lose their outer headings. */
const maxPathShare = 0.5

/**
 * Cuts a text into chunks: at headings, then at sentences. Each chunk starts with its heading path
 * (`Page title > Section`) on a line of its own. Fenced code stays whole when it fits; a word is cut only when it is
 * longer than a chunk. Every word of the text is in some chunk, in order.
 *
 * @throws PipelineError CONFIG_OUT_OF_RANGE when `maxTokens` is below 1 or `overlapTokens` not within 0 to `maxTokens` - 1
 */
export function chunk(text: string, options: ChunkOptions): string[] {
  const { maxTokens, overlapTokens } = options
  if (!(maxTokens >= 1 && overlapTokens >= 0 && overlapTokens < maxTokens)) {
    const values = `maxTokens ${maxTokens}, overlapTokens ${overlapTokens}`
    throw new PipelineError(
      'CONFIG_OUT_OF_RANGE',
      values,
      'let the overlap be smaller than the chunk, and the chunk at least 1',
    )
  }
  return joinSmall(
    splitSections(text).map((section) => chunkSection(section, options)),
    options,
  )
}

/** A section that fits behind the end of the one before joins it: many are a line or two, too little to be found by. */
function joinSmall(sections: readonly string[][], { maxTokens, countTokens }: ChunkOptions): string[] {
  const joined: { text: string; tokens: number }[] = []
  for (const chunks of sections) {
    for (const [i, text] of chunks.entries()) {
      const tokens = countTokens(text)
      const last = i === 0 ? joined.at(-1) : undefined
      const both = last && last.tokens + tokens <= maxTokens ? `${last.text}\n\n${text}` : undefined
      const count = both === undefined ? Number.POSITIVE_INFINITY : countTokens(both)
      if (both !== undefined && count <= maxTokens) joined[joined.length - 1] = { text: both, tokens: count }
      else joined.push({ text, tokens })
    }
  }
  return joined.map(({ text }) => text)
}

function chunkSection(section: Section, options: ChunkOptions): string[] {
  const { path, lost } = fitPath(section, options)
  const headings = lost.length > 0 ? packUnits('', [{ code: false, text: lost.join('\n') }], options) : []
  if (section.parts.length === 0) return path === '' ? headings : [...headings, path]
  return [...headings, ...packUnits(path === '' ? '' : `${path}\n`, section.parts, options)]
}

/** Fills one chunk after the other, each with `prefix` before it. */
function packUnits(prefix: string, parts: Section['parts'], options: ChunkOptions): string[] {
  const { maxTokens, overlapTokens, countTokens } = options
  const budget = maxTokens - (prefix === '' ? 0 : countTokens(prefix))
  const units = parts.flatMap((part) => splitUnits(part, budget, countTokens))
  const chunks: string[] = []
  let overlap: Unit[] = []
  for (let start = 0; start < units.length; ) {
    let end = start
    let tokens = sum(overlap)
    while (end < units.length && (end === start || tokens + units[end]!.tokens <= budget)) {
      tokens += units[end]!.tokens
      while (tokens > budget && overlap.length > 0) tokens -= overlap.shift()!.tokens
      end++
    }
    let body = assemble(prefix, overlap, units.slice(start, end))
    // Tokens of parts may add up to less than those of the whole.
    while (overlap.length + end - start > 1 && countTokens(body) > maxTokens) {
      if (overlap.length > 0) overlap.shift()
      else end--
      body = assemble(prefix, overlap, units.slice(start, end))
    }
    chunks.push(body)
    overlap = tailOf(units.slice(start, end), overlapTokens, countTokens)
    start = end
  }
  return chunks
}

function assemble(prefix: string, overlap: Unit[], units: Unit[]): string {
  const body = [...overlap, ...units].map((unit) => unit.text).join('')
  return prefix + body.replace(/^\n+/, '').trimEnd()
}

/** Whole units from the end of a chunk within `limit` tokens; the last words of the last unit when none fits. */
function tailOf(units: Unit[], limit: number, countTokens: (text: string) => number): Unit[] {
  let first = units.length
  let tokens = 0
  while (first > 0 && tokens + units[first - 1]!.tokens <= limit) tokens += units[--first]!.tokens
  if (first < units.length || limit === 0) return units.slice(first)
  const last = units.at(-1)!
  const words = last.text.match(/\S+\s*/g) ?? []
  const text = words.slice(words.length - Math.floor((limit / last.tokens) * words.length)).join('')
  const count = text === '' ? 0 : countTokens(text)
  return count > 0 && count <= limit && text !== last.text ? [{ text, tokens: count }] : []
}

/** The innermost headings that fit, joined; `lost` are those without text that would then be in no chunk at all. */
function fitPath({ path, fresh }: Section, { maxTokens, countTokens }: ChunkOptions): { path: string; lost: string[] } {
  const firstFresh = path.length - fresh
  for (let from = 0; from < path.length; from++) {
    const joined = path.slice(from).join(' > ')
    if (countTokens(`${joined}\n`) <= maxTokens * maxPathShare)
      return { path: joined, lost: path.slice(firstFresh, from) }
  }
  return { path: '', lost: path.slice(firstFresh) }
}

function sum(units: Unit[]): number {
  return units.reduce((total, unit) => total + unit.tokens, 0)
}
