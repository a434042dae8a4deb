import { matchesFilter } from '../filter.ts'
import type { ChunkRow, DocRow, Filter, MetadataValue } from '../store.ts'

export const dims = 16
const documents = 400

/** Uniform in 0 … 1, the same every time (mulberry32). */
function uniform(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

function unit(values: ArrayLike<number>): Float32Array {
  const length = Math.hypot(...Array.from(values))
  return Float32Array.from(values, (value) => value / length)
}

export const randomUnit = (seed: number): Float32Array => {
  const random = uniform(seed)
  return unit(Array.from({ length: dims }, () => random() - 0.5))
}

const dot = (a: Float32Array, b: Float32Array): number => a.reduce((sum, value, i) => sum + value * b[i]!, 0)

export const docRow = (id: string, change: Partial<DocRow> = {}): DocRow => ({
  id,
  title: `Title of ${id}`,
  collection: '',
  hash: `doc ${id}`,
  ...change,
})

export const chunkRow = (text: string, vector: Float32Array = randomUnit(text.length)): ChunkRow => ({
  text,
  // hashes are hexadecimal or the like elsewhere: no store need keep a NUL in one
  hash: `chunk ${text.replaceAll('\0', '0')}`,
  vector,
})

const words = ['amber', 'birch', 'cobalt', 'dune', 'ember', 'fjord', 'gravel', 'harbour', 'iris', 'juniper']

/** Two chunks a document, in collections of 70 %, 25 %, 4 % and 1 %, with metadata that some lack. */
export const corpus: { doc: DocRow; chunks: ChunkRow[] }[] = Array.from({ length: documents }, (_, i) => {
  const share = (i * 37) % 100
  const collection = share < 70 ? 'most' : share < 95 ? 'some' : share < 99 ? 'few' : 'rare'
  const metadata: Record<string, MetadataValue> = { lang: ['en', 'de', 'fr'][i % 3]!, year: 2000 + (i % 25) }
  if (i % 5 === 0) metadata.draft = i % 10 === 0
  return {
    doc: docRow(`doc/${i}`, { collection, metadata }),
    chunks: [0, 1].map((ord) =>
      chunkRow(`${words[i % 10]} ${words[(i + ord + 1) % 10]} number${i} part${ord}`, randomUnit(1000 + 2 * i + ord)),
    ),
  }
})

/** Filters that leave everything, much, little, one document, and nothing. */
export const collectionFilters: (Filter | undefined)[] = [
  undefined,
  {},
  { collection: 'most' },
  { collection: 'some' },
  { collection: 'few' },
  { collection: 'rare' },
  { collection: 'none' },
]

export const metadataFilters: Filter[] = [
  { metadata: { lang: 'de' } },
  { metadata: { lang: { in: ['en', 'fr'] } } },
  { metadata: { year: { gte: 2003, lte: 2005 } } },
  { metadata: { year: 2024 } },
  { metadata: { lang: { gte: 'de', lte: 'en' } } },
  { metadata: { draft: true } },
  { metadata: { draft: { in: [true, false] } } },
  { metadata: { lang: 'en', year: { lte: 2001 } }, collection: 'most' },
  { metadata: { year: '2001' } },
  { metadata: { year: { gte: '2001' } } },
  { metadata: { 'no such field': 1 } },
  { metadata: { lang: { in: [] } } },
  { metadata: { lang: `de' OR '1'='1` } },
]

export interface Truth {
  text: string
  score: number
}

/** Chunks of the corpus by dot product, best first: brute force. */
export const nearest = (query: Float32Array, filter: Filter = {}): Truth[] =>
  corpus
    .filter(({ doc }) => matchesFilter(doc, filter))
    .flatMap(({ chunks }) => chunks.map(({ text, vector }) => ({ text, score: dot(query, vector) })))
    .sort((a, b) => b.score - a.score)
